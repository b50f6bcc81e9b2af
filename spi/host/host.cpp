#include "spi/host/host.hpp"

#include <unistd.h>

#include "spi/service/provider_body.hpp"

namespace sesame::spi {
namespace {

// Names are the last part of a URI: all lower case (service discovery, URI).
bool is_service_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
}

}  // namespace

Host::Host(Executor& executor, const Registry& registry, const Section& configuration, Journal* journal,
           RunDirectory run_directory)
    : context_(executor), journal_(journal), policy_(configuration), vendor_(configuration.text("vendor", "Sesame")) {
  context_.set(std::make_shared<RunDirectory>(std::move(run_directory)));
  for (const auto& key : configuration.keys()) {
    static constexpr std::string_view own[] = {"vendor", "services", "policy", "listen", "journal", "run_directory"};
    if (std::find(std::begin(own), std::end(own), key) == std::end(own) && !registry.extensions().contains(key))
      configuration.fail(key, "vendor, services, policy, listen, journal, run_directory or a part of this build (" + key + " is none)");
  }
  for (const auto& entry : configuration.sections("services")) {
    const std::string name = entry.text("name");
    if (!is_service_name(name)) entry.fail("name", "a name of a-z, 0-9, '-', '_' and '.', 64 characters at most");
    if (originals_.contains(name)) entry.fail("name", "a name that no other service has");
    ServiceOptions options = options_for(entry);
    options.vendor = vendor_;
    auto providers = registry.provider(entry)(entry, context_, registry);
    entry.allow_only_asked();
    originals_[name] = std::make_unique<Service>(executor, options, std::make_unique<ProviderBody>(std::move(providers)), &policy_, journal_);
    options_[name] = std::move(options);
    order_.push_back(name);
  }
  for (const auto& [section, factory] : registry.extensions())
    if (configuration.has(section)) extensions_.push_back(factory(configuration.section(section), *this));
}

Host::~Host() {
  extensions_.clear();
  fronts_.clear();
}

ServiceOptions Host::options_for(const Section& service) const {
  ServiceOptions options;
  options.name = service.text("name");
  options.model = service.text("model", "");
  options.serial_number = service.text("serial_number", "");
  options.maximum_requests = static_cast<std::size_t>(service.integer("maximum_requests", 0, 100'000, 64));
  options.increasing_request_ids = service.boolean("increasing_request_ids", false);
  if (service.has("command_nonce_timeout"))
    options.command_nonce_timeout = std::chrono::seconds(service.integer("command_nonce_timeout", 0, 86'400));
  return options;
}

std::shared_ptr<Channel> Host::open_in(Service& service) {
  auto [ours, theirs] = local_channel(executor());
  service.connect(theirs, ClientIdentity{geteuid(), "in process", true});
  return ours;
}

std::shared_ptr<Channel> Host::open_original(const std::string& service) { return open_in(*originals_.at(service)); }
std::shared_ptr<Channel> Host::open(const std::string& service) { return open_in(published_service(service)); }

void Host::put_front(const std::string& service, std::unique_ptr<ServiceBody> body) {
  if (!options_.contains(service)) {
    if (!is_service_name(service)) throw std::invalid_argument("a service's name has a-z, 0-9, '-', '_' and '.', 64 characters at most");
    ServiceOptions options;
    options.name = service;
    options.vendor = vendor_;
    options_[service] = std::move(options);
    order_.push_back(service);
  }
  fronts_[service] = std::make_unique<Service>(executor(), options_.at(service), std::move(body), &policy_, journal_);
}

Service& Host::published_service(const std::string& name) {
  const auto front = fronts_.find(name);
  return front != fronts_.end() ? *front->second : *originals_.at(name);
}

void Host::accept(const std::string& service, std::shared_ptr<Channel> channel, ClientIdentity client) {
  published_service(service).connect(std::move(channel), std::move(client));
}

Task<void> Host::stop() {
  for (const auto& [name, front] : fronts_) co_await front->stop();
  extensions_.clear();
  for (const auto& [name, service] : originals_) co_await service->stop();
}

}  // namespace sesame::spi
