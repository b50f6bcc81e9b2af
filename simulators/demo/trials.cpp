#include "simulators/demo/trials.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace sesame::simulators {
using namespace spi;
using namespace std::chrono_literals;
using biometric::CaptureResult;

namespace {

constexpr double seconds_between = 0.37;  // each trial shows another moment of the take
constexpr double seconds_of_take = 24;
constexpr auto longest_trial = 8s;
constexpr double false_match_rate = 1e-5;

std::string scene_of(const TrialSet& set, const std::string& take, int trial) {
  const double at = std::fmod(trial * seconds_between, seconds_of_take);
  return set.live ? fmt::format("take \"{}\" from {:.2f} through {} seed {}", take, at, set.shown_as, trial + 1)
                  : fmt::format("picture \"{}\" at {:.2f} as {} seed {}", take, at, set.shown_as, trial + 1);
}

void count_capture(const CaptureResult& result, TrialCounts& counts) {
  ++counts.shown;
  const bool held = result.outcome == CaptureResult::Outcome::held;
  if (!held && result.outcome != CaptureResult::Outcome::attack_suspected) return;  // no face, or never good enough
  ++counts.usable;
  for (const char* temporal : {"frozen", "repeated", "surroundings", "stillness"})
    if (result.attack_check == temporal) return;
  ++counts.past_temporal;
  if (result.attack_check == "pad") return;
  ++counts.past_pad;
  if (held) ++counts.past_motion;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Task<Finding> run_trials(FaceSide& faces, TrialSet set, int count) {
  TrialCounts counts;
  std::vector<double> held_after;
  const auto context = faces.engine().open_context();
  biometric::CaptureRequest request;
  request.give_up_after = 6000ms;
  request.natural_motion = true;
  biometric::VerifyRequest claim;
  claim.claim.kind = "phone";
  claim.claim.value = faces.claims().telephone;
  claim.false_match_rate = false_match_rate;
  const std::function<void(biometric::CaptureProgress)> unheard = [](const biometric::CaptureProgress&) {};
  for (int trial = 0; trial < count; ++trial) {
    const std::string scene = scene_of(set, faces.takes().login, trial);
    co_await faces.show(scene);
    const auto result = co_await within(longest_trial, context->capture(request, unheard));
    if (!result) throw StepFailed(fmt::format("trial {} of {} came to no end", trial + 1, count));
    count_capture(*result, counts);
    if (result->outcome != CaptureResult::Outcome::held) continue;
    held_after.push_back(static_cast<double>(result->in_view.count()) / 1000);
    const auto recognition = co_await context->verify(claim);
    if (recognition.customer) ++counts.matched;
  }
  context->discard_probe();
  Finding finding;
  finding.said = fmt::format("{} shown, {} usable, let through: temporal {}, PAD {}, motion {}; matched {}", counts.shown, counts.usable,
                             counts.past_temporal, counts.past_pad, counts.past_motion, counts.matched);
  finding.data = {{"species", set.shown_as}, {"live", set.live}, {"shown", counts.shown}, {"usable", counts.usable},
                  {"pastTemporal", counts.past_temporal}, {"pastPad", counts.past_pad}, {"pastMotion", counts.past_motion},
                  {"matched", counts.matched}, {"medianInViewMs", median(held_after)}};
  co_return finding;
}

}  // namespace sesame::simulators
