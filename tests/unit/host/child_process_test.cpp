#include <gtest/gtest.h>
#include <signal.h>

#include "spi/host/child_process.hpp"

namespace sesame::spi {
namespace {
using namespace std::chrono_literals;

TEST(ChildProcess, that_is_killed_is_started_again) {
  AsioExecutor executor;
  std::vector<std::string> told;
  int starts = 0;
  std::unique_ptr<ChildProcess> child;
  ChildOptions options;
  options.command = {"sh", "-c", "exec tail -f /dev/null"};
  options.first_pause = 1ms;
  child = std::make_unique<ChildProcess>(executor, options, [&](const std::string& line) {
    told.push_back(line);
    if (!line.ends_with("started")) return;
    if (++starts == 2) return executor.stop();
    executor.post([&] { kill(child->pid(), SIGKILL); });
  });
  executor.run();
  EXPECT_EQ(starts, 2);
  ASSERT_GE(told.size(), 2u);
  EXPECT_THAT(told[1], testing::HasSubstr("ended: killed by signal 9"));
  const int pid = child->pid();
  child.reset();
  EXPECT_EQ(kill(pid, 0), -1) << "the process outlived its owner";
}

TEST(ChildProcess, that_ignores_SIGTERM_and_is_stopped_is_ended_all_the_same) {
  AsioExecutor executor;
  ChildOptions options;
  options.command = {"sh", "-c", "trap '' TERM; exec tail -f /dev/null"};
  options.stop_within = 50ms;
  auto child = std::make_unique<ChildProcess>(executor, options, [](const std::string&) {});
  const int pid = child->pid();
  kill(pid, SIGSTOP);
  child.reset();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcess, that_cannot_be_started_is_said_at_once) {
  AsioExecutor executor;
  ChildOptions options;
  options.command = {"/no/such/program"};
  try {
    ChildProcess child(executor, options, [](const std::string&) {});
    FAIL() << "expected an error";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "/no/such/program cannot be started: No such file or directory");
  }
}

}  // namespace
}  // namespace sesame::spi
