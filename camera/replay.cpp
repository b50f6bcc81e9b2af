#include "camera/replay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <random>
#include <utility>

namespace sesame::camera {
namespace {

namespace fs = std::filesystem;

constexpr double pictures_per_second = 25;
constexpr FrameTime longest_gap = std::chrono::seconds(1);

Frame to_frame(const cv::Mat& bgr) {
  Frame frame = make_frame(bgr.cols, bgr.rows);
  for (int y = 0; y < bgr.rows; ++y) std::copy_n(bgr.ptr(y), frame.stride, frame.row(y));
  return frame;
}

// Which frame is due when: the part that all replays have in common. Frames are numbered from 0 for ever;
// what number n shows is the subclass's affair.
class TimedReplay : public FrameSource {
 public:
  explicit TimedReplay(SourceDescription description)
      : description_(std::move(description)),
        period_(static_cast<std::int64_t>(std::llround(1e9 / description_.frames_per_second))) {}

  SourceDescription description() const override { return description_; }
  std::optional<FrameTime> next_due() const override {
    if (!begun_) return FrameTime{0};
    return begin_ + period_ * next_;
  }
  std::uint64_t dropped() const override { return dropped_; }

  FramePtr newest(FrameTime now) override {
    if (!begun_) {
      begun_ = true;
      begin_ = last_asked_ = now;
    }
    // A take waits for its audience: after a pause it goes on where it stopped, instead of racing through
    // what was missed.
    if (now - last_asked_ > longest_gap) begin_ += now - last_asked_ - period_;
    last_asked_ = now;
    const std::int64_t due = now < begin_ ? -1 : (now - begin_) / period_;
    if (ended() || due < next_) return nullptr;
    auto frame = std::make_shared<Frame>();
    if (!show(due - next_, *frame)) return nullptr;
    dropped_ += static_cast<std::uint64_t>(due - next_);
    frame->sequence = static_cast<std::uint64_t>(due);
    frame->captured_at = begin_ + period_ * due;
    next_ = due + 1;
    return frame;
  }

 protected:
  // Passes over `skipped` frames, then writes the picture of the one after them; false when there is none
  // left.
  virtual bool show(std::int64_t skipped, Frame& frame) = 0;

 private:
  SourceDescription description_;
  FrameTime period_;
  FrameTime begin_{};
  FrameTime last_asked_{};
  std::int64_t next_ = 0;
  std::uint64_t dropped_ = 0;
  bool begun_ = false;
};

// A video that can be read from its begin again and again, upright.
class VideoFile {
 public:
  // Throws SourceError.
  explicit VideoFile(std::string path) : path_(std::move(path)) {
    if (!rewind())
      throw SourceError(
          path_ + " cannot be read as a video (expected a file that FFmpeg decodes, such as H.264 in MP4)");
  }

  bool rewind() {
    // FFmpeg only: the other back ends start threads and search for devices.
    if (!video_.open(path_, cv::CAP_FFMPEG)) return false;
    // Telephones record as they are held, and write down how to turn the picture. OpenCV 4.6 reads an angle that is
    // counted anti-clockwise and turns the picture clockwise by it.
    video_.set(cv::CAP_PROP_ORIENTATION_AUTO, 0);
    return true;
  }
  bool grab() { return video_.grab(); }
  cv::Mat picture() {
    cv::Mat picture;
    if (!video_.retrieve(picture) || picture.empty())
      throw SourceError(path_ + ": a frame of the video cannot be decoded");
    if (quarter_turns() > 0) cv::rotate(picture, picture, quarter_turns() - 1);
    return picture;
  }
  // Some headers say nothing, or what no camera does.
  double frames_per_second() const {
    const double rate = video_.get(cv::CAP_PROP_FPS);
    return rate >= 1 && rate <= fastest_camera ? rate : usual_rate;
  }
  cv::Size size() const {
    const cv::Size stored(static_cast<int>(video_.get(cv::CAP_PROP_FRAME_WIDTH)),
                          static_cast<int>(video_.get(cv::CAP_PROP_FRAME_HEIGHT)));
    return quarter_turns() % 2 == 0 ? stored : cv::Size(stored.height, stored.width);
  }
  const std::string& path() const { return path_; }

 private:
  static constexpr double fastest_camera = 240;
  static constexpr double usual_rate = 25;
  // Clockwise, to the upright picture.
  int quarter_turns() const {
    const int anti_clockwise = static_cast<int>(std::lround(video_.get(cv::CAP_PROP_ORIENTATION_META) / 90)) % 4;
    return (4 - anti_clockwise) % 4;
  }

  std::string path_;
  cv::VideoCapture video_;
};

class VideoReplay final : public TimedReplay {
 public:
  VideoReplay(SourceDescription description, VideoFile video, bool loop)
      : TimedReplay(std::move(description)), video_(std::move(video)), loop_(loop) {}

  bool ended() const override { return ended_; }
  // What lies before the first frame that is shown. A take that begins again and again has no end.
  void skip(int frames, double seconds) {
    for (int i = 0; i < frames; ++i)
      if (!advance())
        throw RecordingEnds(video_.path() + " is shorter than the " + std::to_string(seconds) + " s to skip");
  }

 protected:
  bool show(std::int64_t skipped, Frame& frame) override {
    for (std::int64_t i = 0; i <= skipped; ++i)
      if (!advance()) return false;
    frame = to_frame(video_.picture());
    return true;
  }

 private:
  bool advance() {
    if (video_.grab()) return true;
    if (loop_ && video_.rewind() && video_.grab()) return true;
    ended_ = true;
    return false;
  }

  VideoFile video_;
  bool loop_;
  bool ended_ = false;
};

class PictureReplay final : public TimedReplay {
 public:
  PictureReplay(SourceDescription description, std::vector<std::string> paths, bool loop)
      : TimedReplay(std::move(description)), paths_(std::move(paths)), loop_(loop) {}

  bool ended() const override { return !loop_ && next_ >= paths_.size(); }

 protected:
  bool show(std::int64_t skipped, Frame& frame) override {
    next_ += static_cast<std::size_t>(skipped);
    if (ended()) return false;
    frame = read_picture(paths_[next_++ % paths_.size()]);
    return true;
  }

 private:
  std::vector<std::string> paths_;
  std::size_t next_ = 0;
  bool loop_;
};

class StillReplay final : public TimedReplay {
 public:
  StillReplay(SourceDescription description, Frame picture)
      : TimedReplay(std::move(description)), picture_(std::move(picture)) {}

 protected:
  bool show(std::int64_t, Frame& frame) override {
    frame = picture_;
    return true;
  }

 private:
  Frame picture_;
};

class EmptyScene final : public TimedReplay {
 public:
  EmptyScene(SourceDescription description, std::uint32_t seed)
      : TimedReplay(std::move(description)), random_(seed) {}

 protected:
  bool show(std::int64_t, Frame& frame) override {
    frame = make_frame(description().width, description().height);
    for (int y = 0; y < frame.height; ++y)
      for (std::size_t i = 0; i < frame.stride; ++i)
        frame.row(y)[i] = static_cast<std::uint8_t>(96 + y * 32 / frame.height + random_() % 7);
    return true;
  }

 private:
  std::minstd_rand random_;
};

class ChangedSource final : public FrameSource {
 public:
  ChangedSource(std::unique_ptr<FrameSource> source, FrameChange change)
      : source_(std::move(source)), change_(std::move(change)) {}

  SourceDescription description() const override { return source_->description(); }
  std::optional<FrameTime> next_due() const override { return source_->next_due(); }
  bool ended() const override { return source_->ended(); }
  std::uint64_t dropped() const override { return source_->dropped(); }
  FramePtr newest(FrameTime now) override {
    const FramePtr original = source_->newest(now);
    if (!original) return nullptr;
    auto changed = std::make_shared<Frame>(change_(*original));
    changed->sequence = original->sequence;
    changed->captured_at = original->captured_at;
    return changed;
  }

 private:
  std::unique_ptr<FrameSource> source_;
  FrameChange change_;
};

double rate_or(double wanted, double otherwise) { return wanted > 0 ? wanted : otherwise; }

std::unique_ptr<FrameSource> open_pictures(const std::string& path, std::vector<std::string> pictures,
                                           const ReplayOptions& options) {
  const Frame first = read_picture(pictures.front());
  const SourceDescription description{path, first.width, first.height,
                                      rate_or(options.frames_per_second, pictures_per_second),
                                      PixelFormat::bgr};
  return std::make_unique<PictureReplay>(description, std::move(pictures), options.loop);
}

std::unique_ptr<FrameSource> open_video(const std::string& path, const ReplayOptions& options) {
  VideoFile video(path);
  const double own_rate = video.frames_per_second();
  const SourceDescription description{fs::path(path).filename().string(), video.size().width, video.size().height,
                                      rate_or(options.frames_per_second, own_rate), PixelFormat::bgr};
  auto replay = std::make_unique<VideoReplay>(description, std::move(video), options.loop);
  replay->skip(static_cast<int>(options.begin_seconds * own_rate), options.begin_seconds);
  return replay;
}

}  // namespace

void silence_decoders() {
  constexpr const char* quiet = "-8";  // AV_LOG_QUIET
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", quiet, 0);
}

Frame read_picture(const std::string& path) {
  const cv::Mat picture = cv::imread(path, cv::IMREAD_COLOR);
  if (picture.empty()) throw SourceError(path + " cannot be read as a picture (expected JPEG or PNG)");
  return to_frame(picture);
}

bool is_picture_name(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<std::string> pictures_in(const std::string& folder) {
  std::vector<std::string> pictures;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file() && is_picture_name(at->path().string())) pictures.push_back(at->path().string());
  if (error) throw SourceError("the folder " + folder + " cannot be read: " + error.message());
  if (pictures.empty())
    throw SourceError("the folder " + folder + " has no picture (expected .jpg, .jpeg or .png files)");
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

std::unique_ptr<FrameSource> open_replay(const std::string& path, const ReplayOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw SourceError("there is no file or folder " + path);
  if (fs::is_directory(status)) return open_pictures(path, pictures_in(path), options);
  if (is_picture_name(path) && options.loop)
    return open_still(read_picture(path), rate_or(options.frames_per_second, pictures_per_second));
  if (is_picture_name(path)) return open_pictures(path, {path}, options);
  return open_video(path, options);
}

std::unique_ptr<FrameSource> open_still(Frame picture, double frames_per_second) {
  const SourceDescription description{"still picture", picture.width, picture.height, frames_per_second,
                                      PixelFormat::bgr};
  return std::make_unique<StillReplay>(description, std::move(picture));
}

std::unique_ptr<FrameSource> open_empty_scene(int width, int height, double frames_per_second,
                                              std::uint32_t seed) {
  return std::make_unique<EmptyScene>(
      SourceDescription{"empty scene", width, height, frames_per_second, PixelFormat::bgr}, seed);
}

std::unique_ptr<FrameSource> change_frames(std::unique_ptr<FrameSource> source, FrameChange change) {
  return std::make_unique<ChangedSource>(std::move(source), std::move(change));
}

}  // namespace sesame::camera
