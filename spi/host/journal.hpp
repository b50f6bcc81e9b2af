// The journal: one line of JSON for each command (who, what with the sensitive parts masked, result, duration) and for what
// an operator must know. The generated masks keep tracks, PINs and face data out, not the care of whoever writes a line.
// Rotated by size. Executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "spi/service/service.hpp"

namespace sesame::spi {

class Journal final : public ServiceObserver {
 public:
  /// Appends to `file`; "" keeps no journal. Throws std::runtime_error when the file cannot be opened.
  explicit Journal(const std::string& file);
  ~Journal() override;

  /// Lines go to the file when `later` calls back, all that came until then at once; without it each by itself.
  /// A provider's fault does not wait.
  void write_later(std::function<void(std::function<void()>)> later);
  /// A line for the operator: what happened, with no customer data in it.
  void note(std::string_view level, std::string_view what);
  /// Every message of every service, masked, as long as anybody watches.
  using Watcher = std::function<void(std::string_view line)>;
  int watch(Watcher watcher);
  void unwatch(int id);

  void command_completed(const CommandRecord& record) override;
  void connection_changed(std::string_view service, ConnectionId id, const ClientIdentity& client, bool open,
                          std::string_view reason) override;
  void provider_fault(std::string_view service, std::string_view command, std::string_view what) override;
  bool wants_messages() const override;
  void message(std::string_view service, ConnectionId id, bool outgoing, std::string_view masked) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sesame::spi
