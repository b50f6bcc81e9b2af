// Makes the Camera provider known to the host:
//   - {name: camera, provider: Camera, cameras: {person: {driver: face}}, medium: {folder:
//   /var/lib/sesame/pictures, pictures: 1000}}
#include "camera/camera_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::camera {
namespace {

spi::Providers make_camera(const spi::Section& section, spi::HostContext& context,
                           const spi::Registry& registry) {
  const spi::Section cameras = section.section("cameras");
  cameras.allow_only({"room", "person", "exit_slot"});
  std::array<std::unique_ptr<CameraDevice>, positions> devices;
  const std::array<const char*, positions> keys = {"room", "person", "exit_slot"};
  for (std::size_t i = 0; i < positions; ++i)
    if (cameras.has(keys[i]))
      devices[i] = registry.make_device<CameraDevice>(cameras.section(keys[i]), context);
  if (!devices[0] && !devices[1] && !devices[2])
    section.fail("cameras", "at least one of room, person, exit_slot");
  CameraProviderOptions options;
  options.draws_text = section.boolean("draws_text", true);
  options.longest_text = static_cast<std::size_t>(section.integer("longest_text", 1, 200, 64));
  if (section.has("medium")) {
    const spi::Section medium = section.section("medium");
    medium.allow_only({"folder", "pictures", "high_percent"});
    options.medium.emplace(medium.path("folder"), medium.integer("pictures", 1, 1'000'000));
    options.high_share = medium.number("high_percent", 1, 100, 80) / 100;
  }
  spi::Providers providers;
  providers.push_back(std::make_unique<CameraProvider>(std::move(devices), std::move(options)));
  return providers;
}

}  // namespace

void register_camera(spi::Registry& registry);
void register_camera(spi::Registry& registry) { registry.add("Camera", make_camera); }

}  // namespace sesame::camera
