// The ServicePublisher endpoint: GetServices, with a ServiceDetailEvent for the services known (CWA 17852:2024-3, service
// discovery). Owned by its Service; executor thread only.
#pragma once

#include <functional>

#include "spi/service/service.hpp"

namespace sesame::spi {

/// `uris` is asked at each GetServices.
std::unique_ptr<ServiceBody> service_publisher(std::string vendor, std::function<std::vector<std::string>()> uris);

}  // namespace sesame::spi
