// What an application has on its screen, whoever's words are shown now: a text terminal in memory. The
// TextTerminal provider above it wraps, scrolls and refuses as the original would. Owned by the text
// terminal's front; executor thread only.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "devices/text_terminal/device.hpp"
#include "spi/service/provider_body.hpp"

namespace sesame::cardless {

class ShadowScreen {
 public:
  /// `service`: whose status tells the size; it gets no events.
  explicit ShadowScreen(spi::ServiceLink& service);
  ~ShadowScreen();

  /// As after power-up of a screen of this size and these sizes to choose from.
  void resemble(const boost::json::object& text_terminal_capabilities);
  /// Does what the original would do with a command of the lane `display`.
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context);

  /// The Write payloads that paint it on an empty screen; the last one only puts the cursor where it stands.
  std::vector<boost::json::value> paint() const;
  devices::text_terminal::Size size() const;
  /// Whether nothing is to be seen in the last row.
  bool last_row_blank() const;
  /// Whether `command` of the lane `display` leaves the last row as it is, and the cursor where cursor() can name it.
  bool spares_last_row(const contract::CommandInfo& command, const boost::json::value& payload) const;
  /// The Write payload that puts the cursor where it stands; null where it is behind the last column, which has no name.
  boost::json::value cursor() const;

 private:
  class Memory;
  Memory* memory_ = nullptr;
  spi::ServiceLink& service_;
  std::unique_ptr<spi::ProviderBody> body_;
};

}  // namespace sesame::cardless
