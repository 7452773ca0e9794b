#include "plugin/instance.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <thread>

#include "conserje/sink_types.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {
namespace {

using sink::method::deliver;

Result<Reply> ask(PluginInstance& plugin, std::string_view head) {
  return plugin.call({}, deliver, head);
}

/// Waits until `condition` holds; ctest's time-out ends what never comes.
template <class Condition>
void wait_for(Condition&& condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(PluginInstance, BringsWhatItWasGivenToAPluginInCAndBack) {
  World world;
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  const std::string_view attachments[] = {"first", std::string_view("se\0cond", 7)};
  EXPECT_EQ(plugin->call({}, deliver, "{}", attachments),
            Result<Reply>(Reply{"{}", {"first", std::string("se\0cond", 7)}}));
  EXPECT_EQ(ask(*plugin, R"({"config":1})"),
            Result<Reply>(Reply{R"({"url":"https://a.example"})", {}}));
}

TEST(PluginInstance, TellsThePluginOnWhoseBehalfItIsAsked) {
  World world;
  auto plugin = run_plugin(world, "sink_good");
  EXPECT_EQ(plugin->call({.attempt = 3,
                          .idempotency_key = "key-1",
                          .tenant = "hotel-sol",
                          .trace_id = "00-1-2-01"},
                         deliver, R"({"call":1})"),
            Result<Reply>(Reply{
                R"({"attempt":3,"key":"key-1","tenant":"hotel-sol","trace":"00-1-2-01"})", {}}));
}

TEST(PluginInstance, ShowsTheReplyOfAnInlineCallWithoutACopy) {
  World world;
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  const std::string_view attachments[] = {"body"};
  const auto reply = plugin->invoke_inline({}, deliver, R"({"config":1})", attachments);
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(reply.head(), R"({"url":"https://a.example"})");
  const auto second = plugin->invoke_inline({}, deliver, "{}", attachments);
  ASSERT_EQ(second.attachment_count(), 1U);
  EXPECT_EQ(second.attachment(0), "body");
}

TEST(PluginInstance, CountsAnInlineCallUntilItsReplyIsReleased) {
  World world;
  auto plugin = run_plugin(world, "sink_good");
  {
    const auto reply = plugin->invoke_inline({}, deliver, "{}");
    const auto other = plugin->invoke_inline({}, deliver, "{}");
    EXPECT_EQ(plugin->in_flight(), 2U);
  }
  EXPECT_EQ(plugin->in_flight(), 0U);
}

TEST(PluginInstance, DecodesTypedReplies) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  const auto reply = plugin->call_as<sink::DeliverReply>({}, deliver, sink::DeliverRequest{});
  ASSERT_FALSE(reply);  // The zoo answers {}.
  EXPECT_EQ(reply.error().error_class, ErrorClass::bug);
  EXPECT_EQ(world.metric(R"(plugin_misuse_total{plugin="staff",what="head"})"), 1);
}

TEST(PluginInstance, AsksNothingThatTheManifestDoesNotDeclare) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  const auto error = [](ErrorClass error_class, const std::string& text) {
    return Error{error_class, text};
  };
  EXPECT_EQ(plugin->call({}, CJ_METHOD(1, 4), "{}"),
            Result<Reply>(error(ErrorClass::permanent, "plugin staff does not answer method 1.4")));
  EXPECT_EQ(plugin->invoke_inline({}, deliver, "{}").error(),
            error(ErrorClass::permanent, "plugin staff does not answer method 3.1 inline"));
  const std::vector<std::string_view> many(kMaxAttachments + 1);
  EXPECT_EQ(plugin->call({}, deliver, "{}", many),
            Result<Reply>(error(ErrorClass::permanent, "plugin staff: at most 16 attachments")));
}

TEST(PluginInstance, AsksNothingBeforeStartAndAfterDrain) {
  World world;
  auto plugin = create_plugin(world, "sink_good");
  ASSERT_TRUE(plugin);
  const Result<Reply> refused = Error{ErrorClass::retry, "plugin staff: is not running"};
  EXPECT_EQ(ask(**plugin, "{}"), refused);
  EXPECT_EQ((*plugin)->invoke_inline({}, deliver, "{}").error(), refused.error());
  ASSERT_TRUE((*plugin)->start({}));
  EXPECT_TRUE(ask(**plugin, "{}"));
  EXPECT_TRUE((*plugin)->drain({}));
  EXPECT_EQ(ask(**plugin, "{}"), refused);
  EXPECT_EQ(
      world.metric(R"(plugin_calls_total{method="sink.deliver",plugin="staff",result="refused"})"),
      3);
}

TEST(PluginInstance, AsksNothingWhenNoTimeIsLeft) {
  World world;
  auto plugin = run_plugin(world, "sink_good");
  EXPECT_EQ(plugin->call({.deadline = world.clock.monotonic()}, deliver, "{}"),
            Result<Reply>(Error{ErrorClass::retry, "plugin staff: no time is left"}));
}

TEST(PluginInstance, CountsCallsByTheirResult) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  EXPECT_TRUE(ask(*plugin, "{}"));
  EXPECT_FALSE(ask(*plugin, "whole error"));
  EXPECT_EQ(world.metric(R"(plugin_calls_total{method="sink.deliver",plugin="staff",result="ok"})"),
            1);
  EXPECT_EQ(
      world.metric(R"(plugin_calls_total{method="sink.deliver",plugin="staff",result="retry"})"),
      1);
  EXPECT_EQ(world.metric(R"(plugin_call_seconds_count{method="sink.deliver",plugin="staff"})"), 2);
}

TEST(PluginInstance, MakesAPluginsErrorFitForLogsAndTables) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  EXPECT_EQ(ask(*plugin, "whole error"),
            Result<Reply>(Error{.error_class = ErrorClass::retry,
                                .message = "slow down \xEF\xBF\xBD please",
                                .retry_after = kMaxRetryAfter,
                                .vendor_code = "131047"}));
}

TEST(PluginInstance, TakesAClassOfALaterSdkAsPermanent) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  EXPECT_EQ(ask(*plugin, "unknown class"), Result<Reply>(Error{ErrorClass::permanent}));
}

struct Lie {
  const char* request;
  const char* what;
};
void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.request; }
class ALie : public testing::TestWithParam<Lie> {};

TEST_P(ALie, IsABugThatIsCounted) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  const auto reply = ask(*plugin, GetParam().request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::bug);
  EXPECT_EQ(world.metric(std::string(R"(plugin_misuse_total{plugin="staff",what=")") +
                         GetParam().what + "\"}"),
            1);
  EXPECT_TRUE(ask(*plugin, "{}"));  // And the plugin goes on.
}

INSTANTIATE_TEST_SUITE_P(PluginInstance, ALie,
                         testing::Values(Lie{"no data", "buffer without data"},
                                         Lie{"huge", "buffer over the limit"},
                                         Lie{"no release", "buffer without release"},
                                         Lie{"not JSON", "head"}, Lie{"not UTF-8", "head"},
                                         Lie{"size", "result with another size"},
                                         Lie{"attachments nowhere", "attachments nowhere"},
                                         Lie{"many attachments", "too many attachments"},
                                         Lie{"bad attachment", "buffer without data"}),
                         [](const auto& each) {
                           std::string name = each.param.request;
                           std::erase_if(name, [](char c) { return c == ' ' || c == '-'; });
                           return name;
                         });

TEST(PluginInstance, LetsNoExceptionThrough) {
  World world;
  EXPECT_EQ(create_plugin(world, "sink_thrower").error(),
            (Error{ErrorClass::bug, "plugin staff: exception"}));
  {
    auto plugin = run_plugin(world, "sink_thrower", {{"well", "create"}});
    EXPECT_EQ(ask(*plugin, "{}"), Result<Reply>(Error{ErrorClass::bug, "plugin staff: exception"}));
    EXPECT_EQ(plugin->health().state, HealthState::down);
  }  // drain and destroy throw, too.
  EXPECT_EQ(world.metric(R"(plugin_misuse_total{plugin="staff",what="exception"})"), 5);
}

TEST(PluginInstance, NeedsAnInstanceFromCreate) {
  World world;
  EXPECT_EQ(create_plugin(world, "sink_no_instance").error(),
            (Error{ErrorClass::bug, "create returned no instance"}));
}

TEST(PluginInstance, TellsACallPastItsDeadlineToStop) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  Result<Reply> reply = Reply{};
  std::jthread caller([&] { reply = ask(*plugin, "hang"); });
  wait_for([&] { return plugin->in_flight() == 1; });
  EXPECT_EQ(plugin->health().state, HealthState::down);  // The zoo's own health is no health.
  world.clock.advance(Millis(10'000));
  wait_for([&] { return plugin->cancel_overdue() == 1; });
  caller.join();
  EXPECT_EQ(reply.error().error_class, ErrorClass::deadline);
  EXPECT_EQ(plugin->cancel_overdue(), 0U);
  EXPECT_EQ(world.metric(R"(plugin_overdue_total{plugin="staff"})"), 1);
}

TEST(PluginInstance, RefusesACallThatFindsNoFreeSlotInTime) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  std::vector<std::jthread> callers;
  for (int i = 0; i < 2; ++i) callers.emplace_back([&] { (void)ask(*plugin, "hang"); });
  wait_for([&] { return plugin->in_flight() == plugin->slots(); });
  EXPECT_EQ(plugin->call({.deadline = world.clock.monotonic() + Millis(20)}, deliver, "{}"),
            Result<Reply>(Error{ErrorClass::retry, "plugin staff: all slots are taken"}));
  world.clock.advance(Millis(10'000));
  wait_for([&] { return plugin->cancel_overdue() == 0 && plugin->in_flight() == 0; });
}

TEST(PluginInstance, ACallThatWaitsGetsTheSlotThatIsFreed) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  std::vector<std::jthread> callers;
  for (int i = 0; i < 2; ++i)
    callers.emplace_back([&] {
      (void)plugin->call({.deadline = world.clock.monotonic() + Millis(1)}, deliver, "hang");
    });
  wait_for([&] { return plugin->in_flight() == 2; });
  Result<Reply> reply = Error{};
  std::jthread waiting([&] { reply = ask(*plugin, "{}"); });
  world.clock.advance(Millis(1));
  wait_for([&] { return plugin->cancel_overdue() == 0 && plugin->in_flight() == 0; });
  waiting.join();
  EXPECT_EQ(reply, Result<Reply>(Reply{"{}", {}}));
}

TEST(PluginInstance, LeavesNoCallBehindWhenManyComeAtOnce) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&] {
        for (int n = 0; n < 500; ++n)
          if (ask(*plugin, "{}")) ++answered;
      });
    while (answered < 4000) (void)plugin->cancel_overdue();
  }
  EXPECT_EQ(answered, 4000);
  EXPECT_EQ(plugin->in_flight(), 0U);
}

TEST(PluginInstance, LeavesNoCallBehindOnThreadsOfTheirOwn) {
  World world;
  world.calls_apart = true;
  auto plugin = run_plugin(world, "sink_zoo");
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i)
      callers.emplace_back([&] {
        for (int n = 0; n < 200; ++n)
          if (ask(*plugin, "{}")) ++answered;
      });
    while (answered < 800) (void)plugin->cancel_overdue();
  }
  EXPECT_EQ(plugin->in_flight(), 0U);
  EXPECT_EQ(plugin->lost_slots(), 0U);
}

TEST(PluginInstance, ACallerHasItsAnswerWhenTheCallDoesNotReturn) {
  World world;
  world.calls_apart = true;
  auto plugin = run_plugin(world, "sink_zoo");
  const auto soon = [&] { return CallSpec{.deadline = world.clock.monotonic() + Millis(5)}; };
  const Result<Reply> late(
      Error{ErrorClass::deadline, "plugin staff did not return by its deadline"});
  EXPECT_EQ(plugin->call(soon(), deliver, "stubborn"), late);
  EXPECT_EQ(plugin->lost_slots(), 1U);
  EXPECT_TRUE(ask(*plugin, "{}"));
  EXPECT_EQ(plugin->call(soon(), deliver, "stubborn"), late);
  EXPECT_EQ(plugin->call({}, deliver, "{}"),
            Result<Reply>(Error{ErrorClass::retry,
                                "plugin staff: each slot is lost to a call that does not return"}));
  EXPECT_FALSE(plugin->drain({}));  // The host answers no more, which ends even these.
  EXPECT_TRUE(world.call_threads.stop(Millis(10'000)));
  EXPECT_EQ(plugin->lost_slots(), 0U);
}

TEST(PluginInstance, AMethodThatPromisesNotToBlockRunsOnItsCallersThread) {
  World world;
  world.calls_apart = true;
  std::thread::id ran{};
  world.before_reply = [&](std::stop_token) { ran = std::this_thread::get_id(); };
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  const std::string_view get = R"({"method":"GET","url":"https://a.example/"})";
  ASSERT_TRUE(plugin->call({}, deliver, R"({"http":1})", {&get, 1}));
  EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST(PluginInstance, ALostSlotComesBackWithItsCall) {
  World world;
  world.calls_apart = true;
  auto plugin = run_plugin(world, "sink_zoo");
  EXPECT_FALSE(plugin->call({.deadline = world.clock.monotonic() + Millis(1)}, deliver, "hang"));
  EXPECT_EQ(plugin->lost_slots(), 1U);
  world.clock.advance(Millis(1));
  wait_for([&] { return plugin->cancel_overdue() == 0 && plugin->in_flight() == 0; });
  EXPECT_EQ(plugin->lost_slots(), 0U);
}

TEST(PluginInstance, DrainEndsACallThatHeedsItsFlag) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  Result<Reply> reply = Reply{};
  std::jthread caller([&] { reply = ask(*plugin, "hang"); });
  wait_for([&] { return plugin->in_flight() == 1; });
  EXPECT_TRUE(plugin->drain({.deadline = world.clock.monotonic() + Millis(10)}));
  caller.join();
  EXPECT_EQ(reply.error().error_class, ErrorClass::deadline);
}

TEST(PluginInstance, DrainGivesUpTheHttpExchangeThatACallWaitsFor) {
  World world;
  world.before_reply = [](std::stop_token stop) {
    wait_for([&] { return stop.stop_requested(); });
  };
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  std::jthread caller([&] {
    const std::string_view get = R"({"method":"GET","url":"https://a.example/"})";
    (void)plugin->call({}, deliver, R"({"http":1})", {&get, 1});
  });
  wait_for([&] { return plugin->in_flight() == 1; });
  EXPECT_TRUE(plugin->drain({.deadline = world.clock.monotonic() + Millis(10)}));
}

TEST(PluginInstance, DrainSaysWhenACallDoesNotReturn) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  std::jthread caller([&] { (void)ask(*plugin, "stubborn"); });
  wait_for([&] { return plugin->in_flight() == 1; });
  EXPECT_FALSE(plugin->drain({.deadline = world.clock.monotonic() + Millis(10)}));
  EXPECT_FALSE(plugin->drain({}));
  caller.join();  // The host answers no more, which ends even this one.
  EXPECT_GE(world.metric(R"(plugin_misuse_total{plugin="staff",what="late host call"})"), 1);
}

TEST(PluginInstance, HealthIsThePluginsOwnWord) {
  World world;
  auto plugin = run_plugin(world, "sink_good");
  const auto health = plugin->health();
  EXPECT_EQ(health.name, "plugin staff");
  EXPECT_EQ(health.state, HealthState::degraded);
  EXPECT_EQ(health.detail, "slow");
  EXPECT_FALSE(health.required);
}

TEST(PluginInstance, HealthNamesStuckSlots) {
  World world;
  auto plugin = run_plugin(world, "sink_zoo");
  std::jthread caller([&] { (void)ask(*plugin, "hang"); });
  wait_for([&] { return plugin->in_flight() == 1; });
  world.clock.advance(Millis(10'000));
  wait_for([&] { return plugin->health().detail == "1 of 2 slots are stuck past their deadline"; });
  wait_for([&] { return plugin->cancel_overdue() == 0 && plugin->in_flight() == 0; });
}

}  // namespace
}  // namespace conserje
