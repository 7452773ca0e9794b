#include "faults.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::mock {
namespace {

using namespace std::chrono_literals;

/// Which of `calls` calls of a method, counted from 1, the fault befalls.
std::vector<int> turns(Faults& faults, std::string_view method, int calls) {
  std::vector<int> befallen;
  for (int call = 1; call <= calls; ++call)
    if (faults.next(method)) befallen.push_back(call);
  return befallen;
}

TEST(Faults, BefallEachCallOfTheirMethodAndNoOther) {
  Faults faults({{.method = "create"}});
  EXPECT_EQ(turns(faults, "create", 3), (std::vector{1, 2, 3}));
  EXPECT_EQ(turns(faults, "find", 3), std::vector<int>());
}

TEST(Faults, BefallEveryNthCall) {
  Faults faults({{.method = "create", .every = 3}});
  EXPECT_EQ(turns(faults, "create", 7), (std::vector{3, 6}));
}

TEST(Faults, EndAfterSoManyTimes) {
  Faults faults({{.method = "create", .every = 2, .times = 2}});
  EXPECT_EQ(turns(faults, "create", 9), (std::vector{2, 4}));
}

TEST(Faults, BefallAllMethodsTogetherWithAStar) {
  Faults faults({{.method = "*", .every = 2}});
  EXPECT_EQ(faults.next("create"), std::nullopt);
  EXPECT_EQ(faults.next("find"), (Fault{.method = "*", .every = 2}));
}

TEST(Faults, GiveWayToTheOneThatStandsFirst) {
  const Fault first{.method = "create", .times = 1, .error = "retry"};
  const Fault second{.method = "*", .error = "auth"};
  Faults faults({first, second});
  EXPECT_EQ(faults.next("create"), first);
  EXPECT_EQ(faults.next("create"), second);
}

TEST(Faults, SayTheirErrorWithItsClass) {
  testkit::FakeHost fake;
  Faults faults({});
  EXPECT_EQ(faults.suffer(fake.host(), testkit::FakeCall(fake),
                          {.method = "*", .error = "retry", .retry_after_ms = 1500}),
            (Status(Error{ErrorClass::retry, "mock: this fault is configured", 1500ms})));
}

TEST(Faults, WithoutAnErrorOnlyDelayTheCall) {
  testkit::FakeHost fake;
  Faults faults({});
  EXPECT_EQ(faults.suffer(fake.host(), testkit::FakeCall(fake), {.method = "*", .delay_ms = 1}),
            Status(Done{}));
}

TEST(Faults, WaitNoLongerThanTheDeadline) {
  testkit::FakeHost fake;
  Faults faults({});
  EXPECT_EQ(faults.suffer(fake.host(), testkit::FakeCall(fake, 0ms),
                          {.method = "*", .error = "retry", .delay_ms = 86'400'000}),
            (Status(Error{ErrorClass::deadline, "mock: out of time, as configured"})));
}

TEST(Faults, EndTheirWaitWhenTheCallIsCancelled) {
  testkit::FakeHost fake;
  Faults faults({});
  std::uint32_t cancelled = 0;
  testkit::FakeCall call(fake, 24h);
  call.wire.cancelled = &cancelled;
  std::jthread caller([&] {
    __atomic_store_n(&cancelled, 1U, __ATOMIC_RELAXED);
    faults.wake();
  });
  EXPECT_EQ(faults.suffer(fake.host(), call, {.method = "*", .delay_ms = 80'000'000}),
            (Status(Error{ErrorClass::cancelled, "mock: cancelled while it waited"})));
}

}  // namespace
}  // namespace conserje::mock
