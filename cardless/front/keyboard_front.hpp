// The keyboard that applications see: the original, whose keys a session may borrow while the application's
// own entry, if it has one, has seen none of them. That entry is cancelled upstream, kept open downstream,
// and issued again afterwards; new ones wait; an entry of a PIN or a key ends the session first. What the
// session enters is never a PIN, and never between PinEntry and GetPinBlock. Owned by its service; executor
// thread only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cardless/front/front.hpp"

namespace sesame::cardless {

/// What a session wants typed: digits, until enter.
struct DigitsWanted {
  std::size_t longest = 16;
  std::function<void(std::size_t digits)> typed;  // how many stand now, for an echo
};

class KeyboardFront final : public Front {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// One of the keys of start_with() was pressed; sessions may not be possible now.
    virtual void start_key(const std::string& key) = 0;
    /// The application enters a PIN or a key now. Must end the session; its keys are waited for.
    virtual void secure_entry() = 0;
  };

  KeyboardFront(spi::Executor& executor, Upstream::Connect connect)
      : Front(executor, std::move(connect)), entries_(executor) {}
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// The keys by which customers start sessions. Beside an application's DataEntry they work unless it uses
  /// them itself.
  void start_with(std::vector<std::string> keys);
  /// Whether to listen for them while nobody else enters anything.
  void arm(bool armed);

  /// Takes the keys for the session: true once no entry of the application runs upstream. False if it has
  /// seen a key, is one of a PIN, or a PIN is held that no PIN block was made of.
  spi::Task<bool> borrow();
  /// Never fails; the application's entry goes on.
  void give_back();
  /// Only while borrowed. The digits, at enter; nothing at cancel. Throws Refusal as DataEntry does.
  spi::Task<std::optional<std::string>> enter_digits(DigitsWanted wanted);
  /// The first of these keys that is pressed.
  spi::Task<std::string> enter_key(std::vector<std::string> keys);

  /// A PIN that was entered before this is nobody's any more: its card is gone.
  void forget_pin() { pin_held_ = false; }

  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;

 private:
  enum class Holder { nobody, start_key, application, session };
  struct Entry;

  spi::Task<boost::json::value> data_entry(const contract::CommandInfo& command,
                                           const boost::json::value& payload, spi::Command& context);
  spi::Task<boost::json::value> secure_entry(const contract::CommandInfo& command,
                                             const boost::json::value& payload, spi::Command& context);
  spi::Task<boost::json::value> keypad_command(const contract::CommandInfo& command,
                                               const boost::json::value& payload, spi::Command& context);
  spi::Task<boost::json::value> pin_command(const contract::CommandInfo& command,
                                            const boost::json::value& payload, spi::Command& context);
  spi::Task<void> take_for_application();
  spi::Task<void> end_start_key();
  spi::Task<void> listen_for_start_key(std::shared_ptr<spi::CancelScope> scope);
  spi::Task<void> listen_again();
  static spi::Task<void> sleep_briefly();
  void heard(Entry& entry, spi::Command& context, const spi::ReceivedEvent& event);
  void release();
  void start_listening();
  bool has_pin_pad() const { return upstream().offers("PinPad.GetPinBlock"); }

  Watcher* watcher_ = nullptr;
  std::vector<std::string> start_keys_;
  bool armed_ = false;
  Holder holder_ = Holder::nobody;
  int application_waits_ = 0;  // commands of the application that wait for the keys
  bool session_waits_ = false;
  Entry* entry_ = nullptr;     // the application's DataEntry that runs upstream
  bool secure_entry_ = false;  // the application's entry is of a PIN or a key
  bool pin_held_ = false, pin_maintained_ = false;
  spi::Signal changed_;
  std::shared_ptr<spi::CancelScope> listening_;
  spi::TaskScope entries_;
};

}  // namespace sesame::cardless
