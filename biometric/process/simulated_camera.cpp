#include "biometric/process/simulated_camera.hpp"

#include <iomanip>
#include <map>
#include <optional>
#include <sstream>

#include "biometric/attack/recapture.hpp"
#include "biometric/attack/simulated_lamp.hpp"
#include "biometric/attack/turning_customer.hpp"
#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"

namespace sesame::biometric {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw camera::SourceError(text +
                            " (expected: nobody | take PATH [from SECONDS] [turning | through camera|noise | "
                            "as screen_video|video_on_stand] [seed N] [once] [lamp] "
                            "[by sensor|recorder] | "
                            "picture PATH [at SECONDS] as SPECIES [seed N] [lamp])");
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
  bool turning = false;
  bool once = false;
  bool lamp = false;
  std::string by{};
  std::optional<SimulatedLamp> lit_by() const {
    return lamp ? std::optional(SimulatedLamp(seed)) : std::nullopt;
  }
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
    } else if (word == "turning") {
      scene.turning = true;
    } else if (word == "once") {
      scene.once = true;
    } else if (word == "lamp") {
      scene.lamp = true;
    } else if (word == "by") {
      words >> scene.by;
      if (scene.by != "sensor" && scene.by != "recorder") refuse("\"" + scene.by + "\" takes no frames");
    } else {
      refuse("\"" + word + "\" is not understood");
    }
  }
  return scene;
}

// Indexed once: it takes seconds.
std::shared_ptr<const PosedTake> posed(Pipeline& pipeline, const std::string& path) {
  static std::map<std::string, std::shared_ptr<const PosedTake>> known;
  auto& entry = known[path];
  if (!entry) entry = std::make_shared<const PosedTake>(by_pose(pipeline, path));
  return entry;
}

// A customer, as recorded or turning when asked.
std::unique_ptr<camera::FrameSource> customer(const Scene& scene, std::unique_ptr<camera::FrameSource> take,
                                              Pipeline* pipeline) {
  if (!scene.turning) return take;
  if (!pipeline) refuse("nothing here can tell where the head turns");
  const auto begin =
      std::chrono::duration_cast<camera::FrameTime>(std::chrono::duration<double>(scene.seconds));
  return std::make_unique<TurningCustomer>(std::move(take), posed(*pipeline, scene.path), begin);
}

// The lamp first, then the camera.
std::unique_ptr<camera::FrameSource> lit(const Scene& scene, std::unique_ptr<camera::FrameSource> take,
                                         Pipeline* pipeline) {
  if (!scene.lamp || scene.by == "recorder") {
    if (scene.through) take = live_take_through(*scene.through, std::move(take), scene.seed);
    return scene.lamp ? ignoring_lamp(std::move(take)) : std::move(take);
  }
  if (!pipeline) refuse("nothing here can tell where the lamp shines");
  const auto find = [pipeline](const camera::FramePtr& frame) -> std::optional<Box> {
    const Observation& seen = pipeline->observe(frame, Depth::presence);
    return seen.face ? std::optional(seen.face->box) : std::nullopt;
  };
  camera::FrameChange change;
  if (scene.through) change = seen_through(*scene.through, scene.seed);
  return before_lamp(std::move(take), SimulatedLamp(scene.seed), find, std::move(change));
}

std::unique_ptr<camera::FrameSource> taken_by(const Scene& scene,
                                              std::unique_ptr<camera::FrameSource> source) {
  if (scene.by.empty()) return source;
  camera::SensorOptions options;
  options.seed = scene.seed;
  options.noise = 0.5;  // the take has its own
  if (scene.by == "recorder") options.instead_of_asked = [](camera::FrameTime) { return 0.0; };
  return camera::open_sensor(std::move(source), options);
}

}  // namespace

std::unique_ptr<camera::FrameSource> open_scene(const std::string& text, Pipeline* pipeline) {
  std::istringstream words(text);
  std::string verb;
  words >> verb;
  if (verb == "nobody") return camera::open_empty_scene();
  if (verb != "take" && verb != "picture") refuse("\"" + verb + "\" is no scene");
  const Scene scene = read_scene(words);
  if ((scene.as ? 1 : 0) + (scene.through ? 1 : 0) + (scene.turning ? 1 : 0) > 1)
    refuse("a scene is an attack, or a live take seen in one way");
  if (!scene.by.empty() && (verb == "picture" || scene.as || scene.turning))
    refuse("only a live take that follows nothing is taken by a sensor or a recorder");
  camera::ReplayOptions options;
  options.begin_seconds = scene.seconds;
  options.loop = !scene.once;
  auto source = camera::open_replay(scene.path, options);
  if (verb == "take") {
    if (!scene.as) return taken_by(scene, lit(scene, customer(scene, std::move(source), pipeline), pipeline));
    if (!shows_video(*scene.as)) refuse("a take can be shown as screen_video or video_on_stand alone");
    return attack_with_video(*scene.as, std::move(source), scene.seed, scene.lit_by());
  }
  if (!scene.as || shows_video(*scene.as)) refuse("a picture needs \"as\" and a species of stills");
  const camera::FramePtr picture = source->newest(camera::FrameTime{0});
  if (!picture) refuse("there is no frame at that time");
  return attack_with_picture(*scene.as, *picture, scene.seed, 25, {}, scene.lit_by());
}

}  // namespace sesame::biometric
