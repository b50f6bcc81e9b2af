# The program `sesame`, made last, when every provider is known: the table of their registration functions, the configuration of
# the simulated ATM, and what they all link.
get_property(targets GLOBAL PROPERTY SESAME_PROVIDER_TARGETS)
get_property(functions GLOBAL PROPERTY SESAME_PROVIDER_FUNCTIONS)
set(declarations "")
set(calls "")
foreach(function ${functions})
  string(REGEX MATCH "^(.*)::([^:]*)$" _ ${function})
  string(APPEND declarations "namespace ${CMAKE_MATCH_1} {\nvoid ${CMAKE_MATCH_2}(sesame::spi::Registry&);\n}\n")
  string(APPEND calls "  ${function}(registry);\n")
endforeach()
get_property(command_targets GLOBAL PROPERTY SESAME_COMMAND_TARGETS)
get_property(command_functions GLOBAL PROPERTY SESAME_COMMAND_FUNCTIONS)
set(command_declarations "")
set(command_calls "")
foreach(function ${command_functions})
  string(REGEX MATCH "^(.*)::([^:]*)$" _ ${function})
  string(APPEND command_declarations "namespace ${CMAKE_MATCH_1} {\nvoid ${CMAKE_MATCH_2}(CLI::App&, std::function<int()>&);\n}\n")
  string(APPEND command_calls "  ${function}(app, run);\n")
endforeach()
file(READ ${CMAKE_SOURCE_DIR}/simulators/atm.yaml atm_configuration)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/simulators/atm.yaml)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/sesame_registry.cpp @ONLY CONTENT [==[// Made by cmake/SesameProgram.cmake from the sesame_add_provider() lines. Not edited by hand.
#include "spi/host/program/extra_commands.hpp"
#include "spi/host/registry.hpp"

@declarations@
@command_declarations@
namespace sesame::spi {

void register_all(Registry& registry);
void register_all([[maybe_unused]] Registry& registry) {
@calls@}

extern const char* const simulated_atm_configuration;
const char* const simulated_atm_configuration = R"yaml(@atm_configuration@)yaml";

}  // namespace sesame::spi

namespace sesame::program {

void add_extra_commands([[maybe_unused]] CLI::App& app, [[maybe_unused]] std::function<int()>& run) {
@command_calls@}

}  // namespace sesame::program
]==])
add_executable(sesame ${CMAKE_SOURCE_DIR}/spi/host/program/main.cpp
               ${CMAKE_BINARY_DIR}/generated/sesame_registry.cpp)
target_link_libraries(sesame PRIVATE sesame_program ${targets} ${command_targets})
