// The text terminal that applications see. While a session shows its words, what the application writes goes
// to a shadow screen, which is painted when the session is over: the application's screen is then what it
// wrote, whenever it wrote it. Between sessions the last row may invite customers, where the application leaves it
// blank. Owned by its service; executor thread only.
#pragma once

#include <string>
#include <vector>

#include "cardless/front/front.hpp"
#include "cardless/front/shadow_screen.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::cardless {

class TextTerminalFront final : public Front {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// The application wants of its screen what the shadow cannot do (a form, another size). Must end the
    /// session.
    virtual void screen_needed() = 0;
  };

  TextTerminalFront(spi::Executor& executor, Upstream::Connect connect);
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// Whether what the application shows is known, so that it can be shown again. False after forms.
  bool can_lend() const { return !unknown_; }
  void borrow();
  /// Clears the screen and shows these lines from the top. Only while borrowed. Never fails: a screen that is
  /// broken shows nothing. False if the display does not have the characters.
  spi::Task<bool> show(std::vector<std::string> lines);
  /// Paints the application's screen; returns when it stands.
  spi::Task<void> give_back();
  /// Shows the first of these lines that the display has the characters for in the last row, while the application
  /// leaves that row blank; none if empty. It is gone before a command of the application that may touch the row, and
  /// comes back when the application has let the screen be for a moment. Returns at once.
  void invite(std::vector<std::string> lines);

  void attach(spi::ServiceLink& service) override;
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;

 private:
  class Painting;
  class Showing;

  void upstream_learnt() override;
  void upstream_status_changed() override;
  spi::Task<boost::json::value> display_command(const contract::CommandInfo& command,
                                                const boost::json::value& payload, spi::Command& context);
  spi::Task<boost::json::value> read_keys(const contract::CommandInfo& command, const boost::json::value& payload,
                                          spi::Command& context);
  spi::Task<bool> send(std::string_view command, boost::json::value payload);
  bool idle() const;
  bool invitation_due() const;
  spi::Task<void> tend_invitation();
  spi::Task<void> draw_invitation();
  spi::Task<void> withdraw_invitation();
  spi::Task<bool> write_last_row(std::string text);

  Watcher* watcher_ = nullptr;
  std::unique_ptr<ShadowScreen> shadow_;
  bool borrowed_ = false, painting_ = false;
  bool unknown_ = false;  // the application has shown what the shadow cannot
  bool echoed_ = false;   // keys were shown, which the shadow does not know of
  int application_ = 0;   // commands of the application that show something, running or waiting
  spi::TimePoint last_command_{};
  std::vector<std::string> invitation_;       // wanted
  std::vector<std::string> last_invitation_;  // what was dealt with last
  int invitation_columns_ = 0;                // of its line, which is shown; 0 for none
  spi::Signal changed_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::cardless
