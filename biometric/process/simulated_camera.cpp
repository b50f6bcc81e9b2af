#include "biometric/process/simulated_camera.hpp"

#include <iomanip>
#include <optional>
#include <sstream>

#include "biometric/attack/recapture.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw camera::SourceError(
      text +
      " (expected: nobody | take PATH [from SECONDS] [through camera|noise | as screen_video] [seed N] [once] | "
      "picture PATH [at SECONDS] as SPECIES [seed N])");
}

AttackSpecies species(const std::string& word) {
  const auto species = species_of(word);
  if (!species) refuse("\"" + word + "\" is no attack species");
  return *species;
}

Control control(const std::string& word) {
  if (word == "camera") return Control::camera;
  if (word == "noise") return Control::noise;
  refuse("\"" + word + "\" is nothing that a live take is seen through");
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
  std::optional<AttackSpecies> as;
  std::optional<Control> through;
  std::uint32_t seed = 1;
  bool once = false;
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
      if (word == "as")
        scene.as = species(name);
      else
        scene.through = control(name);
    } else if (word == "seed") {
      scene.seed = static_cast<std::uint32_t>(number<std::int64_t>(words, word));
    } else if (word == "once") {
      scene.once = true;
    } else {
      refuse("\"" + word + "\" is not understood");
    }
  }
  return scene;
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
  if (scene.as && scene.through) refuse("a scene is an attack or a live take");
  if (verb == "take") {
    if (scene.through) return live_take_through(*scene.through, std::move(source), scene.seed);
    if (!scene.as) return source;
    if (*scene.as != AttackSpecies::screen_video) refuse("a take can be shown as screen_video alone");
    return attack_with_video(std::move(source), scene.seed);
  }
  if (!scene.as || *scene.as == AttackSpecies::screen_video) refuse("a picture needs \"as\" and a species of stills");
  const camera::FramePtr picture = source->newest(camera::FrameTime{0});
  if (!picture) refuse("there is no frame at that time");
  return attack_with_picture(*scene.as, *picture, scene.seed);
}

}  // namespace sesame::biometric
