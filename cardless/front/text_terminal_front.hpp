// The text terminal that applications see. While a session shows its words, what the application writes goes
// to a shadow screen, which is painted when the session is over: the application's screen is then what it
// wrote, whenever it wrote it. Owned by its service; executor thread only.
#pragma once

#include <string>
#include <vector>

#include "cardless/front/front.hpp"
#include "cardless/front/shadow_screen.hpp"

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

  TextTerminalFront(spi::Executor& executor, Upstream::Connect connect)
      : Front(executor, std::move(connect)) {}
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// Whether what the application shows is known, so that it can be shown again. False after forms.
  bool can_lend() const { return !unknown_; }
  void borrow();
  /// Clears the screen and shows these lines from the top. Only while borrowed. Never fails: a screen that is
  /// broken shows nothing. False if the display does not have the characters.
  spi::Task<bool> show(std::vector<std::string> lines);
  /// Paints the application's screen; returns when it stands.
  spi::Task<void> give_back();

  void attach(spi::ServiceLink& service) override;
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;

 private:
  void upstream_learnt() override;
  spi::Task<boost::json::value> display_command(const contract::CommandInfo& command,
                                                const boost::json::value& payload, spi::Command& context);
  spi::Task<bool> send(std::string_view command, boost::json::value payload);

  Watcher* watcher_ = nullptr;
  std::unique_ptr<ShadowScreen> shadow_;
  bool borrowed_ = false, painting_ = false;
  bool unknown_ = false;  // the application has shown what the shadow cannot
  spi::Signal changed_;
};

}  // namespace sesame::cardless
