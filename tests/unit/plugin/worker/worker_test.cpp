// A plugin in a worker, as the rooms above see it: it answers as in this process, it may do
// nothing else, and its death is an error of the calls that were under way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/plugin/worker/worker_world.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

constexpr auto kDeliver = CJ_METHOD(CJ_KIND_SINK, 1);

struct WorkerTest : testing::Test {
  WorkerWorld world{};

  bool is_logged(const std::string& text) {
    return std::ranges::any_of(world.logged(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
  /// Waits until `condition` holds; its end is seen to by the test's own time limit.
  template <class F>
  static void until(F&& condition) {
    while (!condition()) std::this_thread::yield();
  }
  static std::size_t open_files() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
  }
};

// ---- It is a plugin like any other

TEST_F(WorkerTest, AnswersWithHeadAndAttachments) {
  auto plugin = world.run("sink_good");
  const std::string large(3'000'000, '\x80');
  const std::string_view attachments[] = {"one", "", large};
  EXPECT_EQ(plugin->call({}, kDeliver, "{}", attachments), (Reply{"{}", {"one", "", large}}));
}

TEST_F(WorkerTest, PassesTheCircumstancesOfACall) {
  auto plugin = world.run("sink_good");
  const auto reply = plugin->call(
      {.attempt = 3, .idempotency_key = "k1", .tenant = "hotel-sol", .trace_id = "00-ab"}, kDeliver,
      "{\"call\":1}");
  EXPECT_EQ(reply->head, R"({"attempt":3,"key":"k1","tenant":"hotel-sol","trace":"00-ab"})");
}

TEST_F(WorkerTest, PassesItsConfig) {
  world.use.config = {{"url", "https://a.example"}};
  auto plugin = world.run("sink_good");
  EXPECT_EQ(ask(*plugin, "{\"config\":1}")->head, R"({"url":"https://a.example"})");
}

TEST_F(WorkerTest, AsksTheHostForItsServices) {
  world.use.config = {{"url", "https://a.example"}};
  auto plugin = world.run("sink_good");
  EXPECT_EQ(ask(*plugin, "{\"kv\":1}")->head, R"({"put":0,"again":33554435,"revision":1})");
  EXPECT_EQ(ask(*plugin, "{\"timer\":1}")->head, R"({"set":0})");
  const std::string_view request[] = {R"({"method":"GET","url":"https://a.example/x"})"};
  EXPECT_EQ(plugin->call({}, kDeliver, "{\"http\":1}", request)->attachments,
            std::vector<std::string>{"made"});
  const std::string_view elsewhere[] = {R"({"method":"GET","url":"https://b.example/x"})"};
  EXPECT_EQ(plugin->call({}, kDeliver, "{\"http\":1}", elsewhere).error().error_class,
            ErrorClass::config);
}

TEST_F(WorkerTest, SaysWhyItCannotBeCreatedOrStarted) {
  world.use.config = {{"fail", "create"}};
  EXPECT_EQ(world.create("sink_good").error(),
            (Error{ErrorClass::config, "url is not one of ours"}));
  world.use.config = {{"fail", "start"}};
  EXPECT_EQ((*world.create("sink_good"))->start({}),
            Status(Error{ErrorClass::auth, "the token was not accepted"}));
}

TEST_F(WorkerTest, TellsItsHealth) {
  const auto health = world.run("sink_good")->health();
  EXPECT_EQ(health.state, HealthState::degraded);
  EXPECT_EQ(health.detail.substr(0, 4), "slow");
}

TEST_F(WorkerTest, RunsItsTimers) {
  auto plugin = world.run("sink_good");
  ASSERT_TRUE(ask(*plugin, "{\"timer\":1}"));
  world.timers.fire();
  EXPECT_TRUE(is_logged("poll"));
}

TEST_F(WorkerTest, HandsItsStateToTheNextWorker) {
  const auto before = world.run("sink_state");
  EXPECT_EQ(ask(*before, "{}")->head, R"({"count":1})");
  const auto state = before->export_state();
  ASSERT_EQ(state, Result<PluginState>(PluginState{"count/1", "1", "1.0.0"}));
  const auto next = world.create("sink_state");
  ASSERT_TRUE(next);
  ASSERT_TRUE((*next)->import_state(*state));
  ASSERT_TRUE((*next)->start({}));
  EXPECT_EQ(ask(**next, "{}")->head, R"({"count":2})");
}

TEST_F(WorkerTest, CountsWhatThePluginDoesAgainstTheHeader) {
  world.use.max_in_flight = 1;
  auto plugin = world.run("sink_zoo");
  for (const std::string what : {"huge", "no release", "size", "many attachments"})
    EXPECT_EQ(ask(*plugin, what).error().error_class, ErrorClass::bug) << what;
  EXPECT_EQ(world.metric("plugin_misuse_total{plugin=\"staff\",what=\"buffer over the limit\"}"),
            1);
  EXPECT_TRUE(ask(*plugin, "{}"));
}

TEST_F(WorkerTest, AnExceptionStaysInTheWorker) {
  EXPECT_EQ(world.create("sink_thrower").error(),
            (Error{ErrorClass::bug, "plugin staff: exception"}));
  world.use.config = {{"create", true}};
  auto plugin = world.run("sink_thrower");
  EXPECT_EQ(ask(*plugin, "{}").error(), (Error{ErrorClass::bug, "plugin staff: exception"}));
  EXPECT_GE(world.metric("plugin_misuse_total{plugin=\"staff\",what=\"exception\"}"), 2);
}

TEST_F(WorkerTest, HearsThreadsOfThePluginsOwn) {
  auto plugin = world.run("sink_criminal");
  ASSERT_TRUE(ask(*plugin, "thread"));
  ASSERT_TRUE(plugin->drain({}));
  EXPECT_TRUE(is_logged("from a thread of its own"));
}

TEST_F(WorkerTest, LogsWhatThePluginWrites) {
  {
    auto plugin = world.run("sink_criminal");
    ASSERT_TRUE(ask(*plugin, "write"));
  }
  EXPECT_TRUE(is_logged("on standard output"));
  EXPECT_TRUE(is_logged("on standard error"));
}

// ---- What confines it

TEST_F(WorkerTest, WhatIsNotInForceIsSaid) {
  world.landlock_abi = 0;
  auto plugin = world.run("sink_criminal");
  EXPECT_THAT(plugin->health().detail, HasSubstr("files: this kernel has no Landlock"));
  EXPECT_EQ(ask(*plugin, "read /etc/passwd")->head, "{\"errno\":0}");
}

TEST_F(WorkerTest, ARequiredSandboxThatCannotBeRefusesToStart) {
  world.landlock_abi = 0;
  world.use.sandbox = Sandbox::required;
  const auto refused = world.create("sink_criminal");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error_class, ErrorClass::config);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("files: this kernel has no Landlock"), HasSubstr("do: ")));
}

TEST_F(WorkerTest, EachRestrictionIsToldWithWhetherItIsInForce) {
  const auto in_worker = world.run("sink_criminal")->confinement();
  ASSERT_EQ(in_worker.items.size(), std::size(kRestrictions));
  EXPECT_EQ(in_worker.items.front(), (Restriction{"parent", true, "ends with the host"}));
  world.use.sandbox = Sandbox::off;
  EXPECT_EQ(world.run("sink_criminal")->confinement().missing(), "sandbox: off");
}

TEST_F(WorkerTest, WithoutASandboxItMayWhatTheHostMay) {
  world.use.sandbox = Sandbox::off;
  auto plugin = world.run("sink_criminal");
  EXPECT_EQ(ask(*plugin, "read /etc/passwd")->head, "{\"errno\":0}");
  EXPECT_THAT(plugin->health().detail, HasSubstr("sandbox: off"));
}

// ---- It dies

TEST_F(WorkerTest, ItsDeathIsAnErrorOfTheCallAndNobodyElses) {
  auto plugin = world.run("sink_criminal");
  const auto died = ask(*plugin, "segv");
  ASSERT_FALSE(died);
  EXPECT_EQ(died.error().error_class, ErrorClass::deadline);
  EXPECT_THAT(died.error().message, AllOf(HasSubstr("SIGSEGV"), HasSubstr("outcome is unknown")));
  EXPECT_TRUE(ask(*plugin, "{}"));
  EXPECT_THAT(world.logged(),
              Contains(AllOf(HasSubstr("\"how\":\"SIGSEGV\""), HasSubstr("build_id"),
                             HasSubstr("\"last_method\":\"3.1\""), HasSubstr("last_call_id"))));
}

TEST_F(WorkerTest, EachKindOfDeathIsNamed) {
  auto plugin = world.run("sink_criminal");
  EXPECT_THAT(ask(*plugin, "abort").error().message, HasSubstr("SIGABRT"));
  EXPECT_THAT(ask(*plugin, "exit").error().message, HasSubstr("exit status 3"));
  EXPECT_EQ(ask(*plugin, "close all").error().error_class, ErrorClass::deadline);
  EXPECT_EQ(ask(*plugin, "speak out of turn").error().error_class, ErrorClass::deadline);
  EXPECT_TRUE(ask(*plugin, "{}"));
}

TEST_F(WorkerTest, TheNextWorkerIsStartedAsTheFirstWas) {
  auto plugin = world.run("sink_criminal");
  ASSERT_EQ(world.timers.waiting.size(), 1U);
  world.timers.waiting.clear();
  ASSERT_FALSE(ask(*plugin, "segv"));
  ASSERT_TRUE(ask(*plugin, "{}"));
  EXPECT_EQ(world.timers.waiting.size(), 1U);
}

TEST_F(WorkerTest, DiesManyTimesAndLeavesNothingBehind) {
  const int times = std::getenv("CONSERJE_ALL") == nullptr ? 30 : 10'000;
  auto plugin = world.run("sink_criminal");
  ASSERT_FALSE(ask(*plugin, "segv"));
  ASSERT_TRUE(ask(*plugin, "{}"));
  const auto before = open_files();
  for (int i = 0; i < times; ++i) {
    ASSERT_FALSE(ask(*plugin, "segv")) << i;
    ASSERT_TRUE(ask(*plugin, "{}")) << i;
  }
  until([&] { return open_files() <= before; });
}

TEST_F(WorkerTest, WhatDiesAgainAndAgainIsPutIntoQuarantine) {
  world.use.restart = {.deaths = 2};
  auto plugin = world.run("sink_criminal");
  ASSERT_FALSE(ask(*plugin, "segv"));
  auto last = ask(*plugin, "segv");
  until([&] {
    last = ask(*plugin, "{}");
    return !last && last.error().error_class == ErrorClass::retry;
  });
  EXPECT_THAT(last.error().message, HasSubstr("again and again"));
  EXPECT_EQ(plugin->health().state, HealthState::down);
  EXPECT_TRUE(is_logged("quarantine"));
}

TEST_F(WorkerTest, ADeathWhileItIsMadeIsARefusal) {
  world.use.config = {{"a", "die"}};
  const auto died = world.create("sink_criminal");
  ASSERT_FALSE(died);
  EXPECT_THAT(died.error().message, HasSubstr("SIGSEGV"));
}

// ---- It hangs

TEST_F(WorkerTest, ACallThatHangsIsAnsweredAtItsDeadline) {
  auto plugin = world.run("sink_criminal");
  const auto began = std::chrono::steady_clock::now();
  const auto reply = ask(*plugin, "hang", {.deadline = world.clock.monotonic() + 100ms});
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::deadline);
  EXPECT_GE(took, 100ms);
  EXPECT_LT(took, 2s);  // Printed by the benchmark; machines that build do worse.
}

TEST_F(WorkerTest, AWorkerThatHangsIsKilledAndMadeAnew) {
  world.use.max_in_flight = 1;
  auto plugin = world.run("sink_criminal");
  ASSERT_FALSE(ask(*plugin, "hang", {.deadline = world.clock.monotonic() + 1ms}));
  EXPECT_TRUE(ask(*plugin, "{}"));  // Has the only lane once the worker is new.
  EXPECT_TRUE(is_logged("is killed: a call does not end"));
}

TEST_F(WorkerTest, ACallThatIsGivenUpAndEndsLeavesTheWorkerAlone) {
  world.use.max_in_flight = 1;
  auto plugin = world.run("sink_criminal");
  const auto reply = ask(*plugin, "wait for the end", {.deadline = world.clock.monotonic() + 1ms});
  ASSERT_FALSE(reply);
  EXPECT_TRUE(ask(*plugin, "{}"));
  EXPECT_FALSE(is_logged("ended"));
}

// ---- The end

TEST_F(WorkerTest, NothingOfItIsLeftWhenItsInstanceIsGone) {
  const auto before = open_files();
  {
    WorkerWorld own;
    auto plugin = own.run("sink_good");
    ASSERT_TRUE(ask(*plugin, "{}"));
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(WorkerTest, AHostWithoutWorkersStartsNoProcess) {
  const Launcher launcher(CONSERJE_TEST_WORKER);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(WorkerTest, TheEnvironmentOfTheHostIsNotTheWorkers) {
  ::setenv("CONSERJE_TEST_SECRET", "hunter2", 1);
  world.use.sandbox = Sandbox::off;
  auto plugin = world.run("sink_criminal");
  EXPECT_EQ(ask(*plugin, "getenv")->head, "{\"errno\":2}");
}

}  // namespace
}  // namespace conserje
