#include "spi/service/provider_body.hpp"

#include <boost/json.hpp>

#include "spi/contract/codec.hpp"

namespace sesame::spi {
namespace json = boost::json;

ProviderBody::ProviderBody(std::vector<std::unique_ptr<Provider>> providers) : providers_(std::move(providers)) {}

void ProviderBody::attach(ServiceLink& service) {
  for (const auto& provider : providers_) provider->attach(service);
}

std::vector<const contract::InterfaceInfo*> ProviderBody::interfaces() const {
  std::vector<const contract::InterfaceInfo*> interfaces;
  for (const auto& provider : providers_) interfaces.push_back(&provider->interface_info());
  return interfaces;
}

Provider* ProviderBody::find(const contract::InterfaceInfo* interface) const {
  for (const auto& provider : providers_)
    if (&provider->interface_info() == interface) return provider.get();
  return nullptr;
}

bool ProviderBody::supports(const contract::CommandInfo& command) const {
  const Provider* provider = find(command.interface);
  return provider && provider->supports(command.index);
}

Task<json::value> ProviderBody::run(const contract::CommandInfo& command, const json::value& payload, Command& context) {
  contract::Holder in(*command.payload);
  // The service validated it; this fills the object.
  if (const auto violation = contract::read(payload.is_null() ? nullptr : &payload, *command.payload, in.get()))
    throw Refusal(CompletionCode::invalidData, violation->path + ": expected " + violation->expected);
  AnyTask task = find(command.interface)->start(command.index, in.get(), context);
  const void* completion = co_await task;
  co_return contract::write(*command.completion, completion);
}

// The worst state of any part is the state of the whole; `online` is the best.
DeviceState ProviderBody::device_state() const {
  DeviceState worst = DeviceState::online;
  for (const auto& provider : providers_) {
    const DeviceState state = provider->device_state();
    if (state != DeviceState::online && (worst == DeviceState::online || worst == DeviceState::deviceBusy)) worst = state;
  }
  return worst;
}

json::object ProviderBody::status() const {
  json::object parts;
  for (const auto& provider : providers_)
    if (json::value part = provider->status_json(); !part.is_null())
      parts[provider->interface_info().property] = std::move(part);
  return parts;
}

json::object ProviderBody::capabilities() const {
  json::object parts;
  for (const auto& provider : providers_)
    if (json::value part = provider->capabilities_json(); !part.is_null())
      parts[provider->interface_info().property] = std::move(part);
  return parts;
}

}  // namespace sesame::spi
