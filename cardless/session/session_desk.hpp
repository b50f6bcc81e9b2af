// The session desk: at most one face session at a time, started by a deliberate act while an application
// waits for a card, and ended as soon as the application or a card comes in between. Owned by the host's
// extension; the fronts outlive it. Executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cardless/session/session.hpp"

namespace sesame::cardless {

struct DeskParts {
  spi::Executor& executor;
  CardReaderFront& reader;
  KeyboardFront* keyboard;
  TextTerminalFront* display;
  BarcodeReaderFront* scanner;
  LightsFront* lights;
  biometric::Engine& engine;
  CardMaker& cards;
  const Prompts& prompts;
  const Prompts& fallback;
  std::string terminal;
  std::function<void(std::string_view level, const std::string& what)>
      note;  // for the journal; no customer data
};

class SessionDesk final : private CardReaderFront::Watcher,
                          private KeyboardFront::Watcher,
                          private TextTerminalFront::Watcher {
 public:
  SessionDesk(DeskParts parts, std::vector<Profile> profiles);
  ~SessionDesk() override;
  SessionDesk(const SessionDesk&) = delete;

  /// A button on the customer's page. "" is the first profile that has a button. Says why not, or "" when it
  /// started.
  std::string press_start(const std::string& profile);
  /// "no application waits for a card", "ready", "session passcode".
  std::string state() const;
  bool running() const { return static_cast<bool>(session_); }
  bool ready() const;
  /// Changes of state(); for simulators and tests.
  spi::Signal& changes() { return changed_; }

 private:
  struct Running;

  // CardReaderFront::Watcher
  void wait_began(spi::ConnectionId connection) override;
  void wait_ended(spi::ConnectionId connection, WaitEnd how) override;
  void card_came() override { end("a card was inserted"); }
  void reader_reset() override;
  void client_lost(spi::ConnectionId connection) override;
  void face_card_left(const std::string& customer_id, bool retained) override;
  // KeyboardFront::Watcher
  void start_key(const std::string& key) override;
  void secure_entry() override { end("the application enters a PIN"); }
  // TextTerminalFront::Watcher
  void screen_needed() override { end("the application needs its screen"); }

  void end(const std::string& why);
  void forget_client();
  void start(const Profile& profile, bool by_gaze, std::string code = {});
  void arm();
  void invite();
  std::vector<std::string> invitation_lines(const Profile& profile) const;
  spi::Task<void> run(std::shared_ptr<Running> session);
  spi::Task<std::string> conduct_safely(std::shared_ptr<Running> session);
  spi::Task<std::string> conduct(std::shared_ptr<Running> session);
  spi::Task<void> clean_up();
  spi::Task<void> check_profiles();
  spi::Task<void> watch_gaze();
  spi::Task<void> watch_codes();
  spi::Task<void> until_not_ready();
  spi::Task<void> block(std::string customer_id);
  std::chrono::milliseconds resume_for() const;

  DeskParts parts_;
  std::vector<Profile> profiles_;
  std::vector<const Profile*> offered_;  // those that the engine's calibration supports
  std::unique_ptr<Prompter> prompter_;
  std::optional<spi::ConnectionId> client_;  // whose read waits, or waited a moment ago
  std::shared_ptr<Running> session_;
  spi::TimerId grace_ = 0;
  spi::Signal changed_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::cardless
