#include "spi/host/publisher.hpp"

#include "spi/service/provider_body.hpp"
#include "xfs/service_publisher_provider.hpp"

namespace sesame::spi {
namespace {
using namespace xfs::service_publisher;

class Publisher final : public ProviderFor<Publisher> {
 public:
  Publisher(std::string vendor, std::function<std::vector<std::string>()> uris)
      : vendor_(std::move(vendor)), uris_(std::move(uris)) {}

  // Every service is known from the start: one event tells all, the completion repeats them.
  Task<GetServicesCompletion> get_services(const GetServices&, Command& command) override {
    command.emit(known<ServiceDetailEvent>());
    co_return known<GetServicesCompletion>();
  }

 private:
  template <class Message>
  Message known() const {
    Message message;
    message.vendor_name = vendor_;
    auto& services = message.services.emplace();
    for (auto& uri : uris_()) services.emplace_back().service_uri = std::move(uri);
    return message;
  }

  std::string vendor_;
  std::function<std::vector<std::string>()> uris_;
};

}  // namespace

std::unique_ptr<ServiceBody> service_publisher(std::string vendor, std::function<std::vector<std::string>()> uris) {
  std::vector<std::unique_ptr<Provider>> providers;
  providers.push_back(std::make_unique<Publisher>(std::move(vendor), std::move(uris)));
  return std::make_unique<ProviderBody>(std::move(providers));
}

}  // namespace sesame::spi
