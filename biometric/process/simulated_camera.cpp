#include "biometric/process/simulated_camera.hpp"

#include <iomanip>
#include <sstream>

#include "biometric/attack/recapture.hpp"
#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"

namespace sesame::biometric {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw camera::SourceError(
      text +
      " (expected: nobody | take PATH [from SECONDS] [through SPECIES [seed N]] [once] [by sensor|recorder] | "
      "picture PATH [at SECONDS] as SPECIES [seed N])");
}

AttackSpecies species(const std::string& word) {
  if (word == "print") return AttackSpecies::print;
  if (word == "screen") return AttackSpecies::screen;
  if (word == "frozen") return AttackSpecies::frozen;
  if (word == "frozen_noisy") return AttackSpecies::frozen_noisy;
  refuse("\"" + word + "\" is no attack species");
}

template <class T>
T number(std::istream& words, const std::string& after) {
  T value{};
  if (!(words >> value) || value < 0) refuse("a number is missing after \"" + after + "\"");
  return value;
}

struct Scene {
  std::string path;
  double seconds = 0;
  bool attack = false;
  AttackSpecies as = AttackSpecies::print;
  std::uint32_t seed = 1;
  bool once = false;
  std::string by{};
};

Scene read_scene(std::istream& words) {
  Scene scene;
  if (!(words >> std::quoted(scene.path))) refuse("the path is missing");
  for (std::string word; words >> word;) {
    if (word == "from" || word == "at") {
      scene.seconds = number<double>(words, word);
    } else if (word == "as" || word == "through") {
      std::string name;
      words >> name;
      scene.as = species(name);
      scene.attack = true;
    } else if (word == "seed") {
      scene.seed = static_cast<std::uint32_t>(number<std::int64_t>(words, word));
    } else if (word == "once") {
      scene.once = true;
    } else if (word == "by") {
      words >> scene.by;
      if (scene.by != "sensor" && scene.by != "recorder") refuse("\"" + scene.by + "\" takes no frames");
    } else {
      refuse("\"" + word + "\" is not understood");
    }
  }
  return scene;
}

std::unique_ptr<camera::FrameSource> seen_by(const Scene& scene, std::unique_ptr<camera::FrameSource> source) {
  camera::SensorOptions options;
  options.seed = scene.seed;
  options.noise = 0.5;  // the take has its own
  if (scene.by == "recorder") options.instead_of_asked = [](camera::FrameTime) { return 0.0; };
  return camera::open_sensor(std::move(source), options);
}

}  // namespace

std::unique_ptr<camera::FrameSource> open_scene(const std::string& text) {
  std::istringstream words(text);
  std::string verb;
  words >> verb;
  if (verb == "nobody") return camera::open_empty_scene();
  if (verb != "take" && verb != "picture") refuse("\"" + verb + "\" is no scene");
  const Scene scene = read_scene(words);
  camera::ReplayOptions options;
  options.begin_seconds = scene.seconds;
  options.loop = !scene.once;
  auto source = camera::open_replay(scene.path, options);
  if (verb == "take") {
    if (scene.attack) source = live_take_through(scene.as, std::move(source), scene.seed);
    return scene.by.empty() ? std::move(source) : seen_by(scene, std::move(source));
  }
  if (!scene.attack) refuse("a picture needs \"as\" and a species");
  const camera::FramePtr picture = source->newest(camera::FrameTime{0});
  if (!picture) refuse("there is no frame at that time");
  return attack_with_picture(scene.as, *picture, scene.seed);
}

}  // namespace sesame::biometric
