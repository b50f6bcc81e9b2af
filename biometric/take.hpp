// Take: a recorded video, a picture or a folder of pictures of one person, read for an enrolment one frame at
// a time, so that others can be served in between. Owned by whoever enrols; wiped with it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "biometric/engine.hpp"
#include "biometric/pipeline/pipeline.hpp"
#include "camera/frame_source.hpp"

namespace sesame::biometric {

// The face that the good frames have in common, and what became of each picture.
struct TakenFace {
  Template face;
  std::size_t used = 0;                    // frames that made it
  std::vector<PictureVerdict> pictures{};  // none for a video
};

class Take {
 public:
  // Of a video two frames a second are looked at, for a minute at most, until eight are good; of a folder
  // every picture. `pipeline` outlives the take. Throws EngineRefusal (invalid_data): there is nothing, it
  // cannot be read, or the folder has more than `most_pictures`.
  Take(Pipeline& pipeline, const std::string& path);
  ~Take();
  Take(const Take&) = delete;
  Take& operator=(const Take&) = delete;

  // Looks at one more frame; false when enough was seen or nothing is left. Throws EngineRefusal
  // (invalid_data): a video that cannot be decoded.
  bool look();
  const TakeProgress& progress() const { return progress_; }

  // Pictures that are unlike the others are left out and named; a video that shows somebody else as well is
  // not taken. Throws EngineRefusal (invalid_data) that says why there is no face: nobody, several people,
  // no good frame, no face on more than half of them.
  TakenFace face() const;

 private:
  bool look_at_video();
  bool look_at_picture();
  // Keeps a good frame's look; otherwise why it is none.
  std::string keep(const camera::FramePtr& frame);
  TakenFace face_of_video() const;
  TakenFace face_of_pictures() const;

  Pipeline& pipeline_;
  std::unique_ptr<camera::FrameSource> video_;
  camera::FrameTime now_{};
  std::vector<std::string> pictures_;
  std::vector<PictureVerdict> verdicts_;  // of the pictures that were looked at
  TakeProgress progress_;
  std::size_t most_faces_ = 0;  // in one frame
  std::vector<Template> looks_;
};

}  // namespace sesame::biometric
