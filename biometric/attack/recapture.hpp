// Presentation attacks by a model of what happens to light (ISO/IEC 30107-3: attack species): a picture becomes
// ink or a display's pixels, is held in a hand with six degrees of freedom, or put on a stand, before a background
// that stands still, shines, and is seen by the camera model. The control is a live take seen by the same camera
// model: what it lets through tells whether an attack is refused or only a camera. Deterministic for a seed; one
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "biometric/attack/simulated_lamp.hpp"
#include "biometric/attack/simulated_person.hpp"
#include "biometric/attack/species.hpp"
#include "biometric/pipeline/geometry.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {

class Recapture {
 public:
  // `face`: where the picture's face is, for cut_out; the middle of the picture when not known.
  Recapture(AttackSpecies species, std::uint32_t seed, std::optional<Box> face = {});
  ~Recapture();
  Recapture(Recapture&&) noexcept;
  Recapture& operator=(Recapture&&) = delete;
  // The next frame of the attack, 25 a second; of what shows no video the first frame is shown for ever.
  camera::Frame operator()(const camera::Frame& shown);
  // What the camera sees of the background alone, for what shows `shown`: null where nothing is presented to a camera.
  camera::FramePtr when_gone(const camera::Frame& shown);
  // From here on the hand turns the thing as a head would: an attacker who hears what is asked for. A stand does not.
  void turn(HeadMotion motion);
  // A lamp beside the camera is lit for so much of the next frames' exposure (0 to 1): paper and glass are
  // near, the hall is far. What is no presentation is behind the camera and does not see it.
  void light(const LampLight& light, double lit);

 private:
  class Scene;
  std::unique_ptr<Scene> scene_;
};

// The species with one picture as its artefact: `picture` is printed, shown or repeated for ever. `lamp`:
// beside the camera, if there is one.
std::unique_ptr<SimulatedPerson> attack_with_picture(AttackSpecies species, camera::Frame picture,
                                                     std::uint32_t seed, double frames_per_second = 25,
                                                     std::optional<Box> face = {},
                                                     std::optional<SimulatedLamp> lamp = {});

// A species that shows a video.
std::unique_ptr<SimulatedPerson> attack_with_video(AttackSpecies species,
                                                   std::unique_ptr<camera::FrameSource> video,
                                                   std::uint32_t seed,
                                                   std::optional<SimulatedLamp> lamp = {});

// The control: a live take seen by the camera model, or with the noise of frozen_noisy laid over it.
enum class Control { camera, noise };
camera::FrameChange seen_through(Control control, std::uint32_t seed);
std::unique_ptr<camera::FrameSource> live_take_through(Control control,
                                                       std::unique_ptr<camera::FrameSource> take,
                                                       std::uint32_t seed);

}  // namespace sesame::biometric
