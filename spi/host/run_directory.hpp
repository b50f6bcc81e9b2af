// Where a host keeps its sockets (mode 0700). Given to extensions through the HostContext; "" in a host that has none.
#pragma once

#include <string>

namespace sesame::spi {

struct RunDirectory {
  std::string path;
};

}  // namespace sesame::spi
