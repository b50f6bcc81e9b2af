// Replay sources: a recorded video, a folder of pictures, one still picture, an empty scene. Frame n is due n
// periods after the first question, by the asker's clock. One thread each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "camera/frame_source.hpp"

namespace sesame::camera {

struct ReplayOptions {
  bool loop = true;              // begin again after the last frame; otherwise the source has ended
  double frames_per_second = 0;  // 0: the recording's own (video), 25 (pictures)
  double begin_seconds = 0;      // skip this much of a video first
};

// What FFmpeg finds in damaged recordings, thousands of lines of it, is written nowhere, unless OPENCV_FFMPEG_LOGLEVEL
// asks for it. Before the first recording is opened, while there is one thread.
void silence_decoders();

// A picture file (JPEG, PNG). Throws SourceError: not there or not readable.
Frame read_picture(const std::string& path);

// Whether the name is a picture's (.jpg, .jpeg, .png, in any case).
bool is_picture_name(const std::string& path);
// The pictures in a folder, in the order of their names. Throws SourceError: not readable, or none there.
std::vector<std::string> pictures_in(const std::string& folder);

// Opens whatever is at `path`: a video file, a picture (JPEG, PNG), or a folder of pictures in the order of
// their names. Throws SourceError: nothing there, not readable as a video, no picture in the folder.
std::unique_ptr<FrameSource> open_replay(const std::string& path, const ReplayOptions& options = {});

// One picture shown again and again, with fresh sequence numbers.
std::unique_ptr<FrameSource> open_still(Frame picture, double frames_per_second = 25);

// Nobody before the camera: a grey wall with sensor noise, the same for the same seed.
std::unique_ptr<FrameSource> open_empty_scene(int width = 400, int height = 300,
                                              double frames_per_second = 25, std::uint32_t seed = 1);

// Another source seen through `change`, which gets each frame given out (an attack species, a mirror,
// darkness).
using FrameChange = std::function<Frame(const Frame&)>;
std::unique_ptr<FrameSource> change_frames(std::unique_ptr<FrameSource> source, FrameChange change);

}  // namespace sesame::camera
