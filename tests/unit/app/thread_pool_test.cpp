#include "app/thread_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace conserje {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceBeforeItEnds) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool(3, 1'000);
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(pool.post([&] { ++runs; }));
  }
  EXPECT_EQ(runs, 500);
}

/// Runs two tasks, each of which waits for the other: how many came to run.
int run_two_at_once(ThreadPool& pool) {
  std::promise<void> both;
  std::atomic<int> waiting{0};
  auto met = both.get_future().share();
  for (int i = 0; i < 2; ++i)
    pool.post([&, met] {
      if (++waiting == 2) both.set_value();
      met.wait();
    });
  met.wait();
  pool.stop();
  return waiting;
}

TEST(ThreadPool, RunsAsManyTasksAtOnceAsItHasThreads) {
  ThreadPool pool(2, 10);
  EXPECT_EQ(run_two_at_once(pool), 2);
}

TEST(ThreadPool, HasMoreThreadsWhenItIsTold) {
  ThreadPool pool(1, 10);
  pool.change_most(2);
  EXPECT_EQ(run_two_at_once(pool), 2);
}

TEST(ThreadPool, RefusesWhatDoesNotFitIntoItsQueue) {
  std::promise<void> begun, end;
  ThreadPool pool(1, 1);
  EXPECT_TRUE(pool.post([&] {
    begun.set_value();
    end.get_future().wait();
  }));
  begun.get_future().wait();
  EXPECT_TRUE(pool.post([] {}));
  EXPECT_FALSE(pool.post([] {}));
  end.set_value();
}

TEST(ThreadPool, TakesNothingAfterItsEnd) {
  ThreadPool pool(1, 1);
  pool.stop();
  EXPECT_FALSE(pool.post([] {}));
}

}  // namespace
}  // namespace conserje
