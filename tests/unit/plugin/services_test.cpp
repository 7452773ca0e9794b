#include "plugin/services.hpp"

#include <gtest/gtest.h>

#include "conserje/host.hpp"
#include "conserje/sink_types.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {
namespace {

struct FakeClient final : ServiceClient {
  bool in_inline_call() const override { return is_inline; }
  bool in_call() const override { return is_in_call; }
  void timer_due(const std::string& name) override { due.push_back(name); }
  void count_misuse(std::string_view what) const override { misuses.emplace_back(what); }

  bool is_inline = false;
  bool is_in_call = false;
  std::vector<std::string> due{};
  mutable std::vector<std::string> misuses{};
};

/// The services of the plugin "staff" as its C++ code sees them.
class Services : public testing::Test {
 protected:
  static Manifest manifest() {
    return {.permissions = {.http = {"a.example"}, .kv_quota_bytes = 100, .stop_host = false}};
  }

  World world{};
  FakeClient client{};
  PluginUse use{.name = "staff", .kind = "sink", .use = "sink/staff"};
  HostServices services{use, manifest(), world.sources()};
  const cj_host* wire = (services.attach(client), services.host());
  Host host{wire};
  const Call call{nullptr};

  template <class T>
  const T& table(std::string_view id) {
    return *reinterpret_cast<const T*>(wire->get_extension(wire->ctx, to_c(id)));
  }
};

TEST_F(Services, AreKnownByTheirIds) {
  EXPECT_EQ(wire->abi, CJ_ABI_VERSION);
  for (const auto* id : {"cj.log/1", "cj.http/1", "cj.kv/1", "cj.metrics/1", "cj.clock/1",
                         "cj.secrets/1", "cj.emit/1", "cj.timer/1", "cj.random/1", "cj.crypto/1"})
    EXPECT_NE(wire->get_extension(wire->ctx, to_c(id)), nullptr) << id;
  for (const auto* id : {"", "cj.log/2", "cj.stream/1"})
    EXPECT_EQ(wire->get_extension(wire->ctx, to_c(id)), nullptr) << id;
}

TEST_F(Services, ThatThePluginMayNotUseAreNotThere) {
  HostServices plain(use, Manifest{}, world.sources());
  plain.attach(client);
  for (const auto* id : {"cj.http/1", "cj.kv/1"})
    EXPECT_EQ(plain.host()->get_extension(plain.host()->ctx, to_c(id)), nullptr) << id;
}

TEST_F(Services, LogWritesOneLineWithThePluginsName) {
  host.warn("slow answer", {{"ms", 12}, {"ok", false}, {"list", {1, 2}}, {"plugin", "other"}});
  EXPECT_EQ(world.log_lines,
            (std::vector<std::string>{
                R"({"time":"2026-08-05T09:00:00.000Z","level":"warn","message":"slow answer",)"
                R"("plugin":"staff","list":"[1,2]","ms":12,"ok":false,"plugin_":"other"})"}));
}

TEST_F(Services, LogCountsWhatIsNoLogLine) {
  const auto& log = table<cj_log_v1>("cj.log/1");
  log.write(wire->ctx, 9, to_c("loud"), to_c("[]"));
  log.write(wire->ctx, CJ_LOG_INFO, cj_str{nullptr, 3}, {});
  EXPECT_EQ(client.misuses,
            (std::vector<std::string>{"unknown log level", "log fields are no JSON object",
                                      "null text"}));
}

TEST_F(Services, HttpSendsWhereTheManifestAllowsIt) {
  const auto response = host.http(call,
                                  {.method = "POST",
                                   .url = "https://a.example/x",
                                   .headers = {{"content-type", "text/plain"}},
                                   .timeout_ms = 500,
                                   .user_supplied = true},
                                  "body");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->header("x-id"), "7");
  EXPECT_EQ(response->body, "made");
  ASSERT_EQ(world.sent.size(), 1U);
  const auto& sent = world.sent[0];
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://a.example/x");
  EXPECT_EQ(sent.headers, (HttpHeaders{{"content-type", "text/plain"}}));
  EXPECT_EQ(sent.body, "body");
  EXPECT_EQ(sent.deadline, world.clock.monotonic() + Millis(500));
  EXPECT_EQ(sent.max_response_bytes, 1024U * 1024U);
  EXPECT_FALSE(sent.allow_private_addresses);
}

TEST_F(Services, HttpKeepsTheDeadlineOfTheCall) {
  cj_call wire_call{};
  wire_call.size = sizeof wire_call;
  const auto deadline = world.clock.monotonic() + Millis(100);
  wire_call.deadline_ns = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
  ASSERT_TRUE(host.http(Call(&wire_call), {.method = "GET", .url = "https://a.example/"}));
  EXPECT_EQ(world.sent.at(0).deadline, deadline);
}

TEST_F(Services, HttpGoesNowhereElse) {
  const auto response = host.http(call, {.method = "GET", .url = "https://b.example/x?token=1"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error(),
            (Error{ErrorClass::config,
                   "cj.http/1: b.example is not among the manifest's permissions.http "
                   "(a.example)"}));
  EXPECT_TRUE(world.sent.empty());
}

TEST_F(Services, NothingBlocksInAnInlineMethod) {
  client.is_inline = true;
  client.is_in_call = true;
  EXPECT_EQ(host.http(call, {.method = "GET", .url = "https://a.example/"}).error().error_class,
            ErrorClass::bug);
  EXPECT_EQ(host.kv_get("key").error().error_class, ErrorClass::bug);
  EXPECT_EQ(host.emit({}, Millis(1)).error().error_class, ErrorClass::bug);
  EXPECT_EQ(client.misuses,
            (std::vector<std::string>{"cj.http in an inline method", "cj.kv in an inline method",
                                      "cj.emit inside invoke"}));
}

TEST_F(Services, KvComparesAndSets) {
  EXPECT_EQ(host.kv_put("key", "one", 0), Result<std::optional<std::uint64_t>>(1));
  EXPECT_EQ(host.kv_put("key", "two", 0), Result<std::optional<std::uint64_t>>(std::nullopt));
  EXPECT_EQ(host.kv_put("key", "two", 1), Result<std::optional<std::uint64_t>>(2));
  EXPECT_EQ(host.kv_get("key"), Result<std::optional<KvEntry>>(KvEntry{"two", 2}));
  EXPECT_EQ(host.kv_list("k"), Result<std::vector<std::string>>(std::vector<std::string>{"key"}));
  EXPECT_TRUE(host.kv_remove("key"));
  EXPECT_EQ(host.kv_get("key"), Result<std::optional<KvEntry>>(std::nullopt));
}

TEST_F(Services, KvTellsWhyNothingWasRemoved) {
  const auto& kv = table<cj_kv_v1>("cj.kv/1");
  EXPECT_EQ(kv.remove(wire->ctx, to_c("key"), 1), CJ_NOT_FOUND);
  ASSERT_TRUE(host.kv_put("key", "one"));
  EXPECT_EQ(kv.remove(wire->ctx, to_c("key"), 7), CJ_CONFLICT);
  EXPECT_EQ(kv.remove(wire->ctx, to_c("key"), 1), CJ_OK);
  EXPECT_EQ(kv.remove(wire->ctx, to_c("key"), CJ_KV_ANY), CJ_NOT_FOUND);
}

TEST_F(Services, KvKeepsToItsBounds) {
  const auto& kv = table<cj_kv_v1>("cj.kv/1");
  const auto put = [&](std::string_view key, std::string_view value) {
    std::uint64_t revision = 0;
    return kv.put(wire->ctx, to_c(key), to_c(value), CJ_KV_ANY, &revision);
  };
  constexpr auto kInvalid = CJ_STATUS(CJ_CLASS_PERMANENT, 0);
  EXPECT_EQ(put(std::string(256, 'k'), "v"), CJ_OK);
  EXPECT_EQ(put(std::string(257, 'k'), "v"), CJ_TOO_LARGE);
  EXPECT_EQ(put("k", std::string(64 * 1024 + 1, 'v')), CJ_TOO_LARGE);
  EXPECT_EQ(put("k", std::string(101, 'v')), CJ_TOO_LARGE);  // The manifest's quota.
  EXPECT_EQ(put("", "v"), kInvalid);
  EXPECT_EQ(put("\xff", "v"), kInvalid);
  EXPECT_EQ(put(std::string_view("k\0", 2), "v"), kInvalid);
}

TEST_F(Services, MetricsCarryThePluginsName) {
  host.count("sent_total", {{"result", "ok"}}, 2);
  host.gauge("queue", 7);
  host.observe("wait_seconds", 0.5);
  EXPECT_EQ(world.metric(R"(conserje_plugin_staff_sent_total{result="ok"})"), 2);
  EXPECT_EQ(world.metric("conserje_plugin_staff_queue"), 7);
  EXPECT_EQ(world.metric("conserje_plugin_staff_wait_seconds_sum"), 0.5);
}

TEST_F(Services, MetricsWithOtherNamesAreCountedAsMisuse) {
  host.count("Sent");
  host.count("");
  host.count("sent_total", {{"guest", std::string(65, 'g')}});
  host.count("sent_total", Json::array());
  EXPECT_EQ(client.misuses, std::vector<std::string>(4, "metric name or labels"));
}

TEST_F(Services, APluginHas64Metrics) {
  for (int i = 0; i < 70; ++i) host.count("m" + std::to_string(i));
  EXPECT_EQ(client.misuses.size(), 6U);
  host.count("m0");
  EXPECT_EQ(client.misuses.size(), 6U);
}

TEST_F(Services, ClockIsTheHosts) {
  EXPECT_EQ(host.now_ms(), world.clock.now().time_since_epoch().count());
  EXPECT_EQ(host.monotonic_ns(),
            static_cast<std::uint64_t>(world.clock.monotonic().time_since_epoch().count()));
}

TEST_F(Services, SecretsAreGivenToTheirPluginOnly) {
  EXPECT_EQ(host.secret("secret:staff/token"), Result<std::string>("t0ken"));
  EXPECT_EQ(host.secret("secret:other/token").error().error_class, ErrorClass::permanent);
}

TEST_F(Services, EmitHandsEventsToTheHost) {
  channel::EmitRequest events{.messages = {{.id = "m1"}}};
  EXPECT_EQ(host.emit(events, Millis(1000)),
            Result<channel::EmitReply>(channel::EmitReply{.stored = 1}));
  EXPECT_EQ(world.emitted, std::vector{events});
}

TEST_F(Services, EmitInsideACallMustNotWait) {
  client.is_in_call = true;
  EXPECT_TRUE(host.emit({}, Millis(1)));
  EXPECT_EQ(host.emit({.wait = true}, Millis(1)).error().error_class, ErrorClass::bug);
}

TEST_F(Services, EmitStopsTheHostOnlyWithPermission) {
  EXPECT_EQ(host.emit({.stop_host = true}, Millis(1)).error().error_class, ErrorClass::config);
  EXPECT_TRUE(world.emitted.empty());
}

TEST_F(Services, TimerRunsOnceOrAgainAndAgain) {
  ASSERT_TRUE(host.set_timer("once", Millis(10)));
  ASSERT_TRUE(host.set_timer("poll", Millis(20), Millis(5'000)));
  ASSERT_EQ(world.timers.waiting.size(), 2U);
  EXPECT_EQ(world.timers.waiting[1].after, Millis(20));
  world.timers.fire();
  world.timers.fire();
  EXPECT_EQ(client.due, (std::vector<std::string>{"once", "poll"}));
  ASSERT_EQ(world.timers.waiting.size(), 1U);
  EXPECT_EQ(world.timers.waiting[0].after, Millis(5'000));
}

TEST_F(Services, TimerSetAgainReplacesTheFirst) {
  ASSERT_TRUE(host.set_timer("poll", Millis(10)));
  const auto first = world.timers.waiting.front();  // Already on its way to the pool.
  ASSERT_TRUE(host.set_timer("poll", Millis(20)));
  EXPECT_EQ(world.timers.waiting.size(), 1U);
  first.run();
  EXPECT_TRUE(client.due.empty());
  host.clear_timer("poll");
  EXPECT_TRUE(world.timers.waiting.empty());
}

TEST_F(Services, APluginHas64Timers) {
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(host.set_timer("t" + std::to_string(i), Millis(1)));
  EXPECT_EQ(table<cj_timer_v1>("cj.timer/1").set(wire->ctx, to_c("t64"), 1, 0), CJ_TOO_LARGE);
  EXPECT_TRUE(host.set_timer("t0", Millis(1)));
}

TEST_F(Services, RandomComesFromTheHost) {
  std::array<std::byte, 3> bytes{};
  host.random(bytes);
  host.random(bytes);
  EXPECT_EQ(bytes, (std::array{std::byte{1}, std::byte{1}, std::byte{1}}));
}

TEST_F(Services, CryptoNeedsNoLibraryInThePlugin) {
  EXPECT_EQ(host.digest(Digest::sha256, "abc")->size(), 32U);
  EXPECT_EQ(host.hmac(Digest::sha1, "key", "data")->size(), 20U);
  EXPECT_TRUE(host.equal("a", "a"));
  EXPECT_FALSE(host.equal("a", "b"));
}

TEST_F(Services, AreRefusedAndCountedOnceClosed) {
  ASSERT_TRUE(host.set_timer("poll", Millis(10)));
  const auto due = world.timers.waiting.front();
  EXPECT_TRUE(services.close(world.clock.monotonic() + Millis(1'000)));
  EXPECT_TRUE(world.timers.waiting.empty());
  due.run();
  host.info("late");
  EXPECT_EQ(host.kv_get("key").error().error_class, ErrorClass::cancelled);
  EXPECT_EQ(host.http(call, {.method = "GET", .url = "https://a.example/"}).error().error_class,
            ErrorClass::cancelled);
  EXPECT_EQ(host.now_ms(), 0);
  EXPECT_EQ(wire->get_extension(wire->ctx, to_c("cj.log/1")), nullptr);
  EXPECT_TRUE(world.log_lines.empty());
  EXPECT_TRUE(client.due.empty());
  EXPECT_EQ(world.metric(R"(plugin_misuse_total{plugin="staff",what="late host call"})"), 6);
}

TEST(ServicesOfAPlugin, WorkFromC) {
  World world;
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  const auto ask = [&](std::string_view head, std::string_view attachment) {
    return plugin->call({}, sink::method::deliver, head, {&attachment, 1});
  };
  const auto kv = plugin->call({}, sink::method::deliver, R"({"kv":1})");
  ASSERT_TRUE(kv);
  EXPECT_EQ(kv->head, R"({"put":0,"again":)" + std::to_string(CJ_CONFLICT) + R"(,"revision":1})");
  EXPECT_EQ(
      ask(R"({"http":1})", R"({"method":"GET","url":"https://a.example/"})"),
      Result<Reply>(Reply{R"({"status":201,"headers":[{"name":"x-id","value":"7"}]})", {"made"}}));
  EXPECT_EQ(ask(R"({"emit":1})", "{}"), Result<Reply>(Reply{R"({"stored":1})", {}}));
  EXPECT_EQ(ask(R"({"emit":1})", R"({"wait":true})").error().error_class, ErrorClass::bug);
}

TEST(ServicesOfAPlugin, BringADueTimerToThePlugin) {
  World world;
  auto plugin = run_plugin(world, "sink_good");
  ASSERT_TRUE(plugin->call({}, sink::method::deliver, R"({"timer":1})"));
  world.timers.fire();
  EXPECT_EQ(world.log_lines,
            (std::vector<std::string>{R"({"time":"2026-08-05T09:00:00.000Z","level":"info",)"
                                      R"("message":"timer","plugin":"staff","name":"poll"})"}));
}

TEST(ServicesOfAPlugin, KnowAnInlineCall) {
  World world;
  auto plugin = run_plugin(world, "sink_good", {{"url", "https://a.example"}});
  const std::string_view get = R"({"method":"GET","url":"https://a.example/"})";
  const auto reply = plugin->invoke_inline({}, sink::method::deliver, R"({"http":1})", {&get, 1});
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error(),
            (Error{ErrorClass::bug, "cj.http/1: not in an inline method, which must not block"}));
  EXPECT_TRUE(world.sent.empty());
}

}  // namespace
}  // namespace conserje
