#include "simulators/demo/demo.hpp"

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "simulators/demo/comparison_step.hpp"
#include "simulators/demo/customers.hpp"
#include "simulators/demo/face_customers.hpp"
#include "simulators/demo/face_side.hpp"
#include "simulators/demo/report.hpp"
#include "simulators/demo/stage.hpp"
#include "simulators/demo/trials.hpp"

namespace sesame::spi {
extern const char* const simulated_atm_configuration;  // simulators/atm.yaml, in the program
}

namespace sesame::simulators {
using namespace spi;
namespace json = boost::json;

namespace {

struct Run {
  AsioExecutor& executor;
  const DemoOptions& options;
  Report& report;
  int result = 2;
  std::string cannot;  // why it could not be played
  std::vector<ComparedCustomer> compared;
  bool with_faces = false;
  Takes takes;
};

Task<Finding> open_stage(Stage& stage) {
  co_await stage.open();
  Finding finding;
  finding.said = fmt::format("host, proxy and one atm-application (process {}); {}", stage.application_pid(), stage.publisher());
  finding.data = {{"applicationPid", stage.application_pid()}, {"publisher", stage.publisher()}};
  co_return finding;
}

Task<Finding> one_application(const Stage& stage, int pid_at_start) {
  if (stage.application_pid() != pid_at_start || stage.application_starts() != 1)
    throw StepFailed("the application that ends the run is not the one that began it");
  Finding finding;
  finding.said = fmt::format("process {} from the first customer to the last: same binary, arguments, environment, configuration", pid_at_start);
  finding.data = {{"applicationPid", pid_at_start}, {"starts", stage.application_starts()}};
  co_return finding;
}

Task<bool> serve_and_compare(Run& run, std::string name, std::string how, Task<Finding> customer) {
  const bool served = co_await run.report.step(std::move(name), std::move(customer));
  if (served) run.compared.push_back({how, run.report.last_found().at("customer").to_number<std::int64_t>()});
  co_return served;
}

Task<void> play_cards(Run& run, Stage& stage) {
  run.report.heading("Card customers");
  co_await serve_and_compare(run, "a card customer is served", "card", card_customer(stage, first_card()));
  co_await serve_and_compare(run, "another card customer is served", "card", card_customer(stage, second_card()));
  co_await run.report.step("a customer presses Cancel", customer_who_cancels(stage));
  co_await run.report.step("a customer inserts the card the wrong way round", customer_with_the_card_the_wrong_way(stage));
  co_await run.report.step("a customer pulls the card out during PIN entry", customer_who_pulls_the_card(stage));
  co_await run.report.step("a customer leaves the card at the slot", customer_who_leaves_the_card(stage));
}

// The faces' half of the host: in front of the simulated camera stands whoever the demo puts there.
constexpr const char* faces_configuration = R"yaml(
faces: {camera: empty, simulated: true}
cardless:
  card_reader: cardreader
  keyboard: keyboard
  display: textterminal
  barcode_reader: barcodereader
  terminal: demo
  profiles: [demo.yaml, qr-code]
  issuer: {simulated: true}
)yaml";

// The shipped profile `passcode`, but for the directed head motion: who was recorded does not turn his head when he is asked.
constexpr const char* demo_profile = R"yaml(
name: passcode-without-directed-motion
start: {key: fdk01}
claim: [{kind: passcode, digits: [6, 8]}]
face: {false_match_rate: 1.0e-5}
liveness: {natural_motion: true, head_motion: none}
seconds: {claim: 30, face: 10, resume: 3}
)yaml";

Task<void> play_trials(Run& run, FaceSide& faces) {
  const int count = run.options.trials;
  run.report.heading(fmt::format("Trials: {} each; every check sees what the one before let through", count));
  const std::vector<TrialSet> sets{{"photographs on paper", "flat_print", false},
                                   {"control: live takes seen by the same camera", "camera", true},
                                   {"frozen frames with sensor noise", "frozen_noisy", false},
                                   {"control: live takes with the same noise", "noise", true}};
  for (const auto& set : sets) co_await run.report.step(set.name, run_trials(faces, set, count));
}

Task<void> play_faces(Run& run, Stage& stage) {
  run.report.heading("Face customers");
  FaceSide faces(stage, run.takes, {"09012345678", "7416302", "SESAME-4f1c9a70"});
  const bool ready = co_await run.report.step("the face process is ready", faces.ready());
  if (!ready) co_return;
  const bool enrolled = co_await run.report.step("a customer is enrolled, with consent", faces.enrol());
  if (!enrolled) co_return;
  co_await serve_and_compare(run, "a face customer is served", "face", face_customer(faces, 0));
  co_await serve_and_compare(run, "a card customer is served in between", "card", card_customer(stage, first_card()));
  co_await serve_and_compare(run, "the face customer comes again", "face", face_customer(faces, 9));
  co_await serve_and_compare(run, "a customer shows a QR code instead of typing", "face", customer_with_a_code(faces, 2));
  co_await run.report.step("another man under that claim is refused", refused_customer(faces, faces.takes().impostor, faces.claims().passcode));
  co_await run.report.step("a claim that nobody has is refused", refused_customer(faces, faces.takes().login, "90817263"));
  co_await run.report.step("a card inserted in mid-session wins", card_in_mid_session(faces));
  co_await run.report.step("a customer walks away in mid-session", customer_who_walks_away(faces));
  co_await run.report.step("the face process is stuck: the card works", stuck_face_process(faces));
  co_await serve_and_compare(run, "it goes on: the face customer is served", "face", face_customer(faces, 4));
  co_await play_trials(run, faces);
}

Task<void> compare(Run& run, Stage& stage, int application_pid) {
  run.report.heading("What the application saw");
  co_await run.report.step("one application served them all", one_application(stage, application_pid));
  if (!run.compared.empty())
    co_await run.report.step("a swapped pair of messages would be noticed", compare_swapped(stage, run.compared.front()));
  co_await run.report.step("customers' transcripts are equal", compare_customers(stage, run.compared));
}

json::object data_of(const Run& run, const Stage& stage, const std::string& verdict) {
  json::object data = run.report.data();
  json::array transcript, diary;
  for (const auto& message : stage.transcript()) transcript.push_back(to_json(message));
  for (const auto& entry : stage.diary()) diary.push_back(*entry.all);
  data["program"] = "sesame demo";
  data["cardOnly"] = run.options.card_only;
  data["verdict"] = verdict;
  data["applicationDiary"] = std::move(diary);
  data["transcript"] = std::move(transcript);
  return data;
}

void write_json(const std::string& name, const json::object& data) {
  std::ofstream file(name, std::ios::trunc);
  file << json::serialize(data) << "\n";
  if (!file.flush()) throw std::runtime_error(name + ": cannot be written: " + std::strerror(errno));
}

std::string verdict_of(const Run& run) {
  const Report& report = run.report;
  const std::string counts = fmt::format("{} steps, {} failed, {} skipped, {:.1f} s", report.steps(), report.failed(), report.skipped(), report.seconds());
  if (report.failed() > 0) return "FAILED: " + counts;
  if (run.options.card_only) return "PASSED, cards only (no face was shown): " + counts;
  if (report.skipped() > 0) return "NOT COMPLETE: " + counts;
  return "PASSED: one unmodified application served card and face customers alike: " + counts;
}

Task<void> keep_running(Stage& stage, Report& report) {
  report.note(fmt::format("\nThe stack keeps running until Ctrl-C.\n  publisher      {}\n  run directory  {}\n  try            sesame sim --run-directory {} cardreader help",
                          stage.publisher(), stage.host_directory(), stage.host_directory()));
  Signal never;
  co_await never.wait();
}

// Without models or videos the cards are played alone, and the faces are named as missing.
void choose_part(Run& run, Stage::Options& options) {
  if (run.options.card_only) return;
  const std::string why = why_no_faces(run.options.programs);
  if (!why.empty()) return run.report.skipped("face customers, attacks, a stuck face process", why);
  run.takes = find_takes(run.options.enrol, run.options.login, run.options.impostor);
  run.with_faces = true;
  options.configuration = std::string(simulated_atm_configuration) + faces_configuration;
  options.files = {{"demo.yaml", demo_profile}};
}

Task<void> play(Run& run) {
  try {
    Stage::Options options;
    options.programs = run.options.programs;
    options.read_seconds = 20;
    options.take_seconds = 3;
    choose_part(run, options);
    Stage stage(run.executor, options);
    run.report.heading("The stack");
    const bool open = co_await run.report.step("everything starts", open_stage(stage));
    if (open) {
      const int application_pid = stage.application_pid();
      co_await play_cards(run, stage);
      if (run.with_faces) co_await play_faces(run, stage);
      co_await compare(run, stage, application_pid);
    }
    const std::string verdict = verdict_of(run);
    run.report.note("\n" + verdict);
    run.result = run.report.failed() > 0 || (run.report.skipped() > 0 && !run.options.card_only) ? 1 : 0;
    if (!run.options.json_file.empty()) write_json(run.options.json_file, data_of(run, stage, verdict));
    if (run.options.keep) co_await keep_running(stage, run.report);
  } catch (const std::exception& error) {
    run.cannot = error.what();
    run.result = 2;
  }
  run.executor.stop();
}

std::string own_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path().string(); }

}  // namespace

int run_demo(const DemoOptions& given) {
  DemoOptions options = given;
  if (options.programs.empty()) options.programs = own_folder();
  AsioExecutor executor;
  Report report(executor, stdout);
  Run run{executor, options, report, 2, "", {}, false, {}};
  bool interrupted = false;
  {
    TaskScope playing(executor);
    playing.spawn(play(run));
    executor.on_termination([&] {
      interrupted = true;
      executor.stop();
    });
    executor.run();
  }  // ends every process that was started
  if (!run.cannot.empty()) throw std::runtime_error(run.cannot);
  return interrupted && run.result == 2 ? 130 : run.result;
}

}  // namespace sesame::simulators
