#include "cardless/commands/camera_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "camera/camera_identity.hpp"
#include "cardless/commands/privacy_commands.hpp"
#include "cardless/commands/running_faces.hpp"
#include "spi/host/program/run_client.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

struct Options {
  std::string run_directory, sysfs = "/sys";
};

// As the configuration wants it. Quoted: 0825 would be read as a number by some.
std::string as_configuration(const camera::CameraIdentity& identity) {
  return "camera_identity: {vendor: \"" + identity.vendor + "\", product: \"" + identity.product +
         (identity.serial.empty() ? "" : "\", serial: \"" + identity.serial) + "\", port: \"" +
         identity.port + "\"}";
}

void print(const camera::CameraStatus& status) {
  std::printf("%s: %s\n", status.name.c_str(), to_text(status.found).c_str());
  if (!status.found.driver.empty())
    std::printf("driver %s, bus %s\n", status.found.driver.c_str(),
                status.found.bus.empty() ? "-" : status.found.bus.c_str());
  if (status.is_pinned)
    std::printf("pinned: %s\n", to_text(status.pinned).c_str());
  else
    std::printf("not pinned: any camera is used\n");
  if (status.found.is_usb() && !(status.is_pinned && same_camera(status.found, status.pinned)))
    std::printf("to pin it: %s\n", as_configuration(status.found).c_str());
  std::printf("light challenge %s\n", status.light_challenge.c_str());
  std::printf("lamp %s\n", status.lamp.c_str());
  std::printf("site %s\n", status.site.c_str());
  for (const auto& [fault, frames] : status.refused)
    std::printf("frames refused as %s: %llu\n", fault.c_str(), static_cast<unsigned long long>(frames));
  if (!status.fault.empty()) std::printf("no frames: %s\n", status.fault.c_str());
  if (!status.tamper.empty()) std::printf("TAMPER EVENT: %s\n", status.tamper.c_str());
}

Task<int> show(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  const camera::CameraStatus status = co_await faces->camera_status();
  print(status);
  co_return status.tamper.empty() ? 0 : 1;
}

Task<int> clear(AsioExecutor& executor, Options options) {
  const auto faces = running_faces(executor, options.run_directory);
  co_await require_faces(*faces, options.run_directory);
  const bool cleared = co_await faces->clear_tamper(operator_name());
  if (!cleared) {
    std::printf("there is no tamper event\n");
    co_return 0;
  }
  const camera::CameraStatus status = co_await faces->camera_status();
  if (status.tamper.empty()) {
    std::printf("cleared: faces are let in again\n");
    co_return 0;
  }
  std::fprintf(stderr, "sesame camera: the cause is still there: %s\n", status.tamper.c_str());
  co_return 1;
}

// What the kernel knows, without a host.
int list(const std::string& sysfs) {
  const auto cameras = camera::connected_cameras(sysfs);
  for (const camera::ConnectedCamera& camera : cameras) {
    std::printf("%s (%s): %s\n", camera.device.c_str(), camera.name.c_str(),
                to_text(camera.identity).c_str());
    if (camera.identity.is_usb()) std::printf("  %s\n", as_configuration(camera.identity).c_str());
  }
  if (cameras.empty()) std::printf("no camera is connected\n");
  return 0;
}

}  // namespace

void add_camera_command(CLI::App& app, std::function<int()>& run) {
  const auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("camera", "Show which camera faces come from, and whether it was tampered with");
  command->add_option("--run-directory", options->run_directory, "The host's run directory");
  command->require_subcommand(0, 1);
  command->callback([&run, options, command] {
    if (!command->get_subcommands().empty()) return;
    run = [options] {
      return program::run_client([&](AsioExecutor& executor) { return show(executor, *options); });
    };
  });
  auto* cleared = command->add_subcommand("clear", "The machine was looked at: let faces in again");
  cleared->add_option("--run-directory", options->run_directory, "The host's run directory");
  cleared->callback([&run, options] {
    run = [options] {
      return program::run_client([&](AsioExecutor& executor) { return clear(executor, *options); });
    };
  });
  auto* connected = command->add_subcommand("list", "Show every camera that is connected, without a host");
  connected->add_option("--sysfs", options->sysfs, "Where the kernel says what is plugged in")
      ->capture_default_str();
  connected->callback([&run, options] { run = [options] { return list(options->sysfs); }; });
}

}  // namespace sesame::cardless
