#include <gtest/gtest.h>

#include "spi/service/asio_executor.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::spi {
namespace {
using namespace std::chrono_literals;

Task<int> answer_after(Duration delay, int value) {
  co_await sleep_for(delay);
  co_return value;
}
Task<void> store(Task<int> task, int& out) { out = co_await task; }
Task<void> then_do(Task<void> task, std::function<void()> callback) {
  co_await task;
  callback();
}
Task<int> failing() {
  co_await yield();
  throw Fault("the motor is stuck");
}
Task<int> deep(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await deep(n - 1);
}
Task<void> loop_of_ready_tasks(int count, int& sum) {
  for (int i = 0; i < count; ++i) sum += co_await deep(0) + 1;
}

TEST(Task, sleeps_on_the_virtual_clock) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  int out = 0;
  scope.spawn(store(answer_after(3h, 42), out));
  executor.run_until_idle();
  EXPECT_EQ(out, 42);
  EXPECT_EQ(executor.now().time_since_epoch(), 3h);
  EXPECT_EQ(scope.running(), 0u);
}

TEST(Task, a_long_loop_of_tasks_that_are_ready_at_once_does_not_use_up_the_stack) {
  VirtualExecutor executor;
  TaskScope scope(executor);
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr int many = 10'000;  // the sanitizer's hooks keep a transfer from being a tail call
#else
  constexpr int many = 1'000'000;
#endif
  int sum = 0;
  scope.spawn(loop_of_ready_tasks(many, sum));
  executor.run_until_idle();
  EXPECT_EQ(sum, many);
}

TEST(Task, cancel_ends_a_sleep_at_once_and_leaves_no_timer) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  int out = 0;
  scope.spawn(store(answer_after(1h, 1), out));
  executor.run_ready();
  scope.cancel();
  executor.run_ready();
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_TRUE(executor.idle());
  EXPECT_EQ(out, 0);
}

TEST(Task, a_scope_destroyed_with_suspended_tasks_leaves_nothing_behind) {
  VirtualExecutor executor;
  int out = 0;
  Signal never;
  {
    TaskScope scope(executor);
    scope.spawn(store(answer_after(1h, 1), out));
    executor.run_ready();
  }
  executor.run_until_idle();
  EXPECT_EQ(out, 0);
}

Task<void> note_outcome(Task<int> task, std::string& out) {
  auto result = co_await outcome(std::move(task));
  if (result) out = "value";
  if (result.fault()) out = std::string("fault: ") + result.fault()->what();
  if (result.canceled()) out = "canceled";
  co_await shielded(answer_after(1s, 0));
  out += ", cleaned up";
}

TEST(Outcome, gives_faults_and_cancels_as_values_and_a_shielded_clean_up_follows) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  std::string fault, canceled;
  scope.spawn(note_outcome(failing(), fault));
  scope.spawn(note_outcome(answer_after(1h, 1), canceled));
  executor.advance(10ms);
  scope.cancel();
  executor.run_until_idle();
  EXPECT_EQ(fault, "fault: the motor is stuck, cleaned up");
  EXPECT_EQ(canceled, "canceled, cleaned up");
  EXPECT_LT(executor.now().time_since_epoch(), 2s);
}

Task<void> note_race(std::size_t& first, bool& second_empty) {
  auto result = co_await race(answer_after(1s, 1), answer_after(2s, 2));
  first = result.first;
  second_empty = !result.get<1>();
}

TEST(Race, the_first_wins_and_the_other_is_cancelled_before_the_race_returns) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  std::size_t first = 9;
  bool second_empty = false;
  scope.spawn(note_race(first, second_empty));
  executor.run_until_idle();
  EXPECT_EQ(first, 0u);
  EXPECT_TRUE(second_empty);
  EXPECT_EQ(executor.now().time_since_epoch(), 1s);
}

Task<void> note_within(bool& timed_out) { timed_out = !(co_await within(1s, answer_after(1h, 1))).has_value(); }

TEST(Within, gives_nothing_when_the_limit_passes) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  bool timed_out = false;
  scope.spawn(note_within(timed_out));
  executor.run_until_idle();
  EXPECT_TRUE(timed_out);
  EXPECT_EQ(executor.now().time_since_epoch(), 1s);
}

Task<void> read_all(Stream<int>& stream, std::vector<int>& out) {
  while (auto value = co_await stream.next()) out.push_back(*value);
}

TEST(Stream, gives_all_values_in_order_then_ends) {
  VirtualExecutor executor;
  TaskScope scope(executor);
  Stream<int> stream;
  std::vector<int> out;
  scope.spawn(read_all(stream, out));
  executor.run_ready();
  stream.push(1);
  stream.push(2);
  executor.run_ready();
  stream.push(3);
  stream.close();
  executor.run_ready();
  EXPECT_EQ(out, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(scope.running(), 0u);
}

TEST(LocalChannel, delivers_in_order_and_tells_both_ends_of_the_close_after_the_last_frame) {
  VirtualExecutor executor;
  auto [a, b] = local_channel(executor);
  std::string seen;
  b->receive({[&](std::string_view frame) { seen += frame; }, [&](std::string_view reason) { seen += reason; }});
  a->send("1");
  a->send("2");
  a->close("!");
  executor.run_until_idle();
  EXPECT_EQ(seen, "12!");
}

TEST(AsioExecutor, calls_back_when_idle_after_what_is_ready_and_lets_nobody_wait_for_ever) {
  AsioExecutor executor;
  std::vector<std::string> order;
  std::function<void()> again = [&] { executor.post(again); };  // always something ready
  executor.on_unhandled([&](const char* what) { order.push_back(what); });
  executor.post([&] {
    executor.when_idle([&] { throw std::runtime_error("thrown"); });
    executor.when_idle([&] {
      order.push_back("idle");
      executor.post(again);
      executor.when_idle([&] {
        order.push_back("idle again");
        executor.stop();
      });
    });
    executor.post([&] { order.push_back("ready"); });
  });
  executor.run();
  EXPECT_EQ(order, (std::vector<std::string>{"ready", "thrown", "idle", "idle again"}));
}

TEST(AsioExecutor, does_what_is_left_for_idle_times_before_it_ends) {
  AsioExecutor executor;
  bool written = false;
  executor.post([&] {
    executor.when_idle([&] { written = true; });
    executor.stop();
  });
  executor.run();
  EXPECT_TRUE(written);
}

TEST(AsioExecutor, ends_a_turn_after_what_was_posted_in_it_and_before_it_is_idle) {
  AsioExecutor executor;
  std::string order;
  executor.post([&] {
    executor.when_idle([&] {
      order += "idle";
      executor.stop();
    });
    executor.at_turn_end([&] { order += "end "; });
    executor.post([&] {
      order += "1 ";
      executor.post([&] { order += "3 "; });
    });
    executor.post([&] { order += "2 "; });
  });
  executor.run();
  EXPECT_EQ(order, "1 2 3 end idle");
}

TEST(AsioExecutor, ends_a_turn_that_threw_and_one_that_begins_when_idle_before_it_waits) {
  AsioExecutor executor;
  std::vector<std::string> order;
  executor.on_unhandled([&](const char* what) { order.push_back(what); });
  executor.post([&] {
    executor.at_turn_end([&] {
      order.push_back("end");
      executor.when_idle([&] {
        executor.at_turn_end([&] {
          order.push_back("end again");
          executor.stop();
        });
      });
    });
    throw std::runtime_error("thrown");
  });
  // Nothing else happens: whoever waited for the system now would wait for ever.
  executor.run();
  EXPECT_EQ(order, (std::vector<std::string>{"thrown", "end", "end again"}));
}

TEST(AsioExecutor, hears_of_timers_and_of_other_threads_while_callbacks_post_without_end) {
  AsioExecutor executor;
  std::function<void()> again = [&] { executor.post(again); };
  bool timer = false, worker = false;
  const auto stop_when_both = [&] {
    if (timer && worker) executor.stop();
  };
  executor.post([&] {
    again();
    executor.call_at(executor.now() + 1ms, [&] {
      timer = true;
      stop_when_both();
    });
    executor.offload([] {}, [&] {
      worker = true;
      stop_when_both();
    });
  });
  executor.run();
  EXPECT_TRUE(timer && worker);
}

TEST(AsioExecutor, runs_tasks_timers_and_offloaded_work_in_real_time) {
  AsioExecutor executor;
  TaskScope scope(executor);
  int out = 0;
  bool worked = false, came_back = false;
  const auto stop_when_done = [&] {
    if (out == 7 && came_back) executor.stop();
  };
  scope.spawn(then_do(store(answer_after(1ms, 7), out), stop_when_done));
  executor.offload([&] { worked = true; }, [&] {
    came_back = true;
    stop_when_done();
  });
  executor.run();
  EXPECT_EQ(out, 7);
  EXPECT_TRUE(worked);
}

}  // namespace
}  // namespace sesame::spi
