#include "simulators/atm_application/settings.hpp"

#include <charconv>

#include "spi/host/configuration.hpp"

namespace sesame::simulators {
namespace {

std::uint16_t port_number(const spi::Section& section, const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) section.fail("ports", "port numbers from 1 to 65535");
  return port;
}

std::chrono::milliseconds seconds(const spi::Section& section, const char* key, std::chrono::milliseconds fallback) {
  const double wanted = section.number(key, 0.01, 86'400, std::chrono::duration<double>(fallback).count());
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(wanted));
}

}  // namespace

AtmSettings atm_settings(const spi::Section& section) {
  section.allow_only({"publisher", "services", "seconds"});
  AtmSettings settings;
  const auto publisher = section.section("publisher");
  publisher.allow_only({"host", "ports", "tls"});
  settings.host = publisher.text("host", settings.host);
  for (const auto& text : publisher.texts("ports")) settings.ports.push_back(port_number(publisher, text));
  settings.tls = publisher.boolean("tls", settings.tls);
  const auto services = section.section("services");
  services.allow_only({"card_reader", "keyboard", "display"});
  settings.card_reader = services.text("card_reader", settings.card_reader);
  settings.keyboard = services.text("keyboard", settings.keyboard);
  settings.display = services.text("display", settings.display);
  const auto times = section.section("seconds");
  times.allow_only({"read", "pin", "take"});
  settings.read_timeout = seconds(times, "read", settings.read_timeout);
  settings.pin_timeout = seconds(times, "pin", settings.pin_timeout);
  settings.take_timeout = seconds(times, "take", settings.take_timeout);
  return settings;
}

}  // namespace sesame::simulators
