#include "spi/host/registry.hpp"

#include "spi/service/provider.hpp"

namespace sesame::spi {
namespace {
template <class Map>
std::string names(const Map& map) {
  std::string text;
  for (const auto& [name, value] : map) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none is built in" : text;
}
}  // namespace

void Registry::add(const std::string& provider, ProviderFactory factory) { providers_[provider] = std::move(factory); }
void Registry::add_extension(const std::string& section, ExtensionFactory factory) { extensions_[section] = std::move(factory); }

const Registry::ProviderFactory& Registry::provider(const Section& service) const {
  const auto found = providers_.find(service.text("provider"));
  if (found == providers_.end()) service.fail("provider", "a provider of this build: " + names(providers_));
  return found->second;
}

std::shared_ptr<void> Registry::driver(std::type_index device, const Section& section) const {
  const auto drivers = drivers_.find(device);
  if (drivers == drivers_.end()) section.fail("driver", "a driver, but none is built in");
  const auto found = drivers->second.find(section.text("driver"));
  if (found == drivers->second.end()) section.fail("driver", "a driver of this build: " + names(drivers->second));
  return found->second;
}

}  // namespace sesame::spi
