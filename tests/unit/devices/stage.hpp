// A service with simulated devices in virtual time and one client, whose every incoming message is written down in order.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "simulators/control/simulated_device.hpp"
#include "spi/client/client.hpp"
#include "spi/service/provider_body.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::devices {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// Passes frames on and writes down, in words, what comes in.
class Transcript final : public spi::Channel {
 public:
  explicit Transcript(std::shared_ptr<spi::Channel> channel) : channel_(std::move(channel)) {}
  void receive(Receiver receiver) override {
    auto on_frame = std::move(receiver.on_frame);
    receiver.on_frame = [this, on_frame](std::string_view frame) {
      write_down(frame);
      on_frame(frame);
    };
    channel_->receive(std::move(receiver));
  }
  void send(std::string frame) override { channel_->send(std::move(frame)); }
  void close(std::string_view reason) override { channel_->close(reason); }

  /// "event InsertCardEvent", "completion Move commandErrorCode noMedia", "StatusChangedEvent {"cardReader":...}".
  std::vector<std::string> lines;
  std::string everything;  // the frames themselves
  std::function<void(const std::string&)> on_line;

 private:
  void write_down(std::string_view frame) {
    everything += std::string(frame) + "\n";
    const auto message = boost::json::parse(frame).as_object();
    const auto& header = message.at("header").as_object();
    const std::string type(header.at("type").as_string());
    std::string name(header.at("name").as_string());
    name = name.substr(name.find('.') + 1);
    if (type == "acknowledge" && !header.contains("status")) return;  // one for each command; told only when it refuses
    std::string line = type == "unsolicited" ? name : type + " " + name;
    if (const auto* code = header.if_contains("completionCode"); code && code->is_string())
      line += " " + std::string(code->as_string());
    const auto* payload = message.if_contains("payload");
    if (payload && payload->is_object() && payload->as_object().contains("errorCode"))
      line += " " + std::string(payload->at("errorCode").as_string());
    else if (payload && payload->is_object() && type != "completion")
      line += " " + boost::json::serialize(*payload);
    lines.push_back(line);
    if (on_line) on_line(line);
  }

  std::shared_ptr<spi::Channel> channel_;
};

class Stage {
 public:
  spi::VirtualExecutor executor;

  /// The lines since the last call, after everything that is ready has run.
  std::vector<std::string> heard() {
    executor.run_ready();
    return std::exchange(transcript->lines, {});
  }
  /// Lets virtual time pass.
  std::vector<std::string> after(spi::Duration time) {
    executor.advance(time);
    return heard();
  }
  template <class Completion>
  spi::Reply<Completion> reply(spi::Call<Completion> call) {
    spi::Reply<Completion> result;
    bool done = false;
    spi::TaskScope scope(executor);
    scope.spawn(take_reply(call, result, done));
    EXPECT_TRUE(executor.run_until([&] { return done; })) << "no completion";
    return result;
  }

 protected:
  void run(std::vector<std::unique_ptr<spi::Provider>> providers) {
    spi::ServiceOptions options;
    options.name = "devices";
    service = std::make_unique<spi::Service>(executor, options, std::make_unique<spi::ProviderBody>(std::move(providers)));
    auto [ours, theirs] = spi::local_channel(executor);
    service->connect(theirs, {});
    transcript = std::make_shared<Transcript>(ours);
    connection = std::make_unique<spi::ServiceConnection>(executor, transcript);
    executor.run_ready();
  }

 public:
  std::unique_ptr<spi::Service> service;
  std::shared_ptr<Transcript> transcript;
  std::unique_ptr<spi::ServiceConnection> connection;

 private:
  template <class Completion>
  static spi::Task<void> take_reply(spi::Call<Completion> call, spi::Reply<Completion>& result, bool& done) {
    result = co_await call.completion();
    done = true;
  }
};

}  // namespace sesame::devices
