// `sesame-lamp-bench [SESSIONS] [STEPS CORRELATION]`: how often faces before a hall are refused by the lamp,
// and how often somebody passes who lights the face at other times, as often as it is looked at within a
// capture's patience. Sessions are made of numbers, with another latency, rate, hall and seed each. Prints
// counts.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "biometric/pipeline/capture.hpp"
#include "tests/unit/biometric/lamp_session.hpp"

int main(int count, char** words) {
  using namespace sesame::biometric;
  const std::uint32_t sessions = count > 1 ? static_cast<std::uint32_t>(std::atoi(words[1])) : 3000;
  LampResponseRules rules;
  if (count > 3) {
    rules.steps = static_cast<std::size_t>(std::atoi(words[2]));
    rules.least_correlation = std::atof(words[3]);
  }
  const auto patience = CaptureRules().patience;
  std::mt19937 random(1);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  std::uint32_t refused = 0, at_once = 0, in_time = 0, prints = 0, displays = 0;
  std::vector<double> took;
  for (std::uint32_t seed = 1; seed <= sessions; ++seed) {
    LitScene scene;
    scene.face = between(0.08, 0.5);
    scene.beside = between(0.03, 0.5);
    scene.near = between(0.12, 0.8);
    scene.far = scene.near / between(13, 225);
    scene.sway = between(0, 0.08);
    scene.noise = between(0.003, 0.02);
    scene.own_exposure = between(0, 0.8);
    scene.latency = std::chrono::milliseconds(static_cast<int>(between(20, 130)));
    scene.frames_per_second = random() % 2 == 0 ? 25 : 30;
    LampSession live(scene, seed);
    if (live.verdict(patience, rules) == LampResponse::Verdict::answered)
      took.push_back(std::chrono::duration<double, std::milli>(live.now()).count());
    else
      ++refused;
    LitScene print = scene;
    print.far = print.near;
    if (LampSession(print, seed).verdict(patience, rules) == LampResponse::Verdict::answered) ++prints;
    LitScene display = scene;
    display.veil = 0.04 * scene.near;
    display.near = display.far = 0;
    if (LampSession(display, seed).verdict(patience, rules) == LampResponse::Verdict::answered) ++displays;
    scene.instead = guessed_lamp(seed + 1'000'000);
    if (LampSession(scene, seed).verdict({}, rules) == LampResponse::Verdict::answered) ++at_once;
    if (LampSession(scene, seed).verdict(patience, rules) == LampResponse::Verdict::answered) ++in_time;
  }
  std::sort(took.begin(), took.end());
  std::printf(
      "of %u sessions each: faces refused %u; passed: prints %u, displays %u, guesses %u at once and %u in "
      "time\n",
      sessions, refused, prints, displays, at_once, in_time);
  if (!took.empty())
    std::printf("until answered: median %.0f ms, p95 %.0f ms\n", took[took.size() / 2],
                took[static_cast<std::size_t>(0.95 * static_cast<double>(took.size()))]);
  return 0;
}
