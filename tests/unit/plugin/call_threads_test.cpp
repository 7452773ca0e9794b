#include "plugin/call_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace conserje {
namespace {

TEST(CallThreads, RunsCallsBesideEachOther) {
  CallThreads threads;
  std::promise<void> first_runs, second_ran;
  EXPECT_TRUE(threads.run([&] {
    first_runs.set_value();
    second_ran.get_future().wait();
  }));
  first_runs.get_future().wait();
  EXPECT_TRUE(threads.run([&] { second_ran.set_value(); }));
  EXPECT_TRUE(threads.stop(Millis(10'000)));
}

TEST(CallThreads, RunsEveryCallOnce) {
  CallThreads threads;
  std::atomic<int> runs{0};
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(threads.run([&] { ++runs; }));
  EXPECT_TRUE(threads.stop(Millis(10'000)));
  EXPECT_EQ(runs, 200);
}

TEST(CallThreads, LeavesBehindWhatDoesNotReturn) {
  // Shared: the thread that is left behind uses it beyond this test.
  const auto end = std::make_shared<std::promise<void>>();
  const auto ended = std::make_shared<std::promise<void>>();
  {
    CallThreads threads;
    EXPECT_TRUE(threads.run([end, ended] {
      end->get_future().wait();
      ended->set_value();
    }));
    EXPECT_FALSE(threads.stop(Millis(1)));
    EXPECT_FALSE(threads.run([] {}));
  }
  end->set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace conserje
