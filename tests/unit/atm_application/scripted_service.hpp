// The service's end of an in-memory connection, played by a test: it takes commands one by one and answers what the test
// says, so that every order of messages can be tried. Acknowledges come by themselves. Executor thread only.
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <string>
#include <vector>

#include "spi/client/client.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::simulators::test {

class ScriptedService {
 public:
  explicit ScriptedService(spi::VirtualExecutor& executor);

  spi::ServiceConnection& connection() { return *connection_; }

  struct Request {
    std::int64_t id = 0;
    std::string name;
    boost::json::value payload;
    std::uint64_t timeout = 0;
  };
  /// Runs the executor until a command comes; fails the test and gives an empty one if none does.
  Request next();
  /// The same, and that it is `name`.
  Request expect(const std::string& name);
  /// Answers every command of this name with success and this payload, without next().
  void always(const std::string& name, boost::json::value payload = nullptr);

  void fail_always(const std::string& name, const std::string& code) { failing_.emplace_back(name, code); }

  void event(const Request& request, const std::string& name, boost::json::value payload = nullptr);
  void unsolicited(const std::string& name, boost::json::value payload = nullptr);
  void succeed(const Request& request, boost::json::value payload = nullptr);
  void fail(const Request& request, const std::string& code, const std::string& error_code = "");
  /// No command waits for an answer of next() or expect().
  bool quiet() const { return waiting_.empty(); }
  void hang_up() { channel_->close("the service stopped"); }

  /// Names and payloads of the commands that always() answered.
  const std::vector<Request>& answered() const { return answered_; }

 private:
  void received(std::string_view frame);
  void send(const char* type, const std::string& name, boost::json::object header, boost::json::value payload);

  spi::VirtualExecutor& executor_;
  std::shared_ptr<spi::Channel> channel_;
  std::unique_ptr<spi::ServiceConnection> connection_;
  std::vector<std::pair<std::string, boost::json::value>> always_;
  std::vector<std::pair<std::string, std::string>> failing_;
  std::deque<Request> waiting_;
  std::vector<Request> answered_;
};

}  // namespace sesame::simulators::test
