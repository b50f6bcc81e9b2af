// Take: a recorded video, picture or folder of pictures of one person, read for an enrolment one frame at a
// time, so that others can be served in between. Owned by whoever enrols; wiped with it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "biometric/engine.hpp"
#include "biometric/pipeline/pipeline.hpp"
#include "camera/frame_source.hpp"

namespace sesame::biometric {

class Take {
 public:
  // Of a video two frames a second are looked at, for a minute at most; of a folder every picture. `pipeline`
  // outlives the take. Throws EngineRefusal (invalid_data): there is nothing, or it cannot be read.
  Take(Pipeline& pipeline, const std::string& path);
  ~Take();
  Take(const Take&) = delete;
  Take& operator=(const Take&) = delete;

  // Looks at one more frame; false when enough was seen or nothing is left. Throws EngineRefusal
  // (invalid_data): what is there cannot be decoded.
  bool look();
  const TakeProgress& progress() const { return progress_; }

  // The face that the good frames have in common. Throws EngineRefusal (invalid_data) that says why there is
  // none: nobody, several people at a time or one after the other, no good frame.
  Template face() const;

 private:
  Pipeline& pipeline_;
  std::unique_ptr<camera::FrameSource> source_;
  camera::FrameTime now_{};
  TakeProgress progress_;
  std::size_t most_faces_ = 0;  // in one frame
  std::vector<Template> looks_;
};

}  // namespace sesame::biometric
