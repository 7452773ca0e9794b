#include "admin/plugins.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

PluginView desk() {
  return {.name = "desk",
          .use = "pms/mock",
          .id = "cj.pms.mock",
          .version = "1.2.3",
          .kinds = {"pms"},
          .required = true,
          .isolation = "process",
          .generation = 3,
          .health = HealthState::degraded,
          .health_detail = "slow",
          .origin = "first_party",
          .key = "ours",
          .sandbox = {{.name = "seccomp", .enforced = true}},
          .in_flight = 1,
          .slots = 4,
          .last_reload = ReloadOutcome{.plugin = "desk",
                                       .reloaded = true,
                                       .generation = 3,
                                       .at = WallTime(Millis(5)),
                                       .took = Millis(7)}};
}

constexpr auto kDesk =
    R"({"name":"desk","use":"pms/mock","id":"cj.pms.mock","version":"1.2.3","kinds":["pms"],)"
    R"("required":true,"isolation":"process","generation":3,)"
    R"("health":{"state":"degraded","detail":"slow"},"origin":"first_party","key":"ours",)"
    R"("sandbox":[{"name":"seccomp","enforced":true,"detail":""}],"in_flight":1,"slots":4,)"
    R"("last_reload":{"plugin":"desk","reloaded":true,"generation":3,"detail":"","at_ms":5,)"
    R"("took_ms":7}})";

constexpr auto kReloaded =
    R"({"results":[{"plugin":"desk","reloaded":true,"generation":4,"detail":"","at_ms":0,)"
    R"("took_ms":0}]})";

class PluginsAreaTest : public testing::Test {
 protected:
  AdminOutcome call(const std::string& method, const std::string& path, Page page = {}) {
    for (const auto& endpoint : plugin_endpoints(area))
      if (const auto values = match_path(endpoint.path, path); values && endpoint.method == method)
        return endpoint.handle({.path = *values, .page = page});
    throw std::runtime_error("no endpoint " + path);
  }
  std::string answer(const std::string& method, const std::string& path, Page page = {}) {
    return std::get<AdminAnswer>(call(method, path, page)).json;
  }
  Problem problem(const std::string& method, const std::string& path) {
    return std::get<Problem>(call(method, path));
  }

  std::vector<PluginView> plugins{desk()};
  PluginsArea area{.list = [this] { return plugins; },
                   .find = [this](const std::string& name) -> std::optional<PluginView> {
                     for (const auto& plugin : plugins)
                       if (plugin.name == name) return plugin;
                     return std::nullopt;
                   }};
};

TEST_F(PluginsAreaTest, ShowsEverythingOfAPlugin) {
  EXPECT_EQ(answer("GET", "/api/v1/admin/plugins/desk"), kDesk);
  EXPECT_EQ(answer("GET", "/api/v1/admin/plugins"),
            std::string(R"({"items":[)") + kDesk + R"(],"next":null})");
}

TEST_F(PluginsAreaTest, SaysWhenThereWasNoReload) {
  plugins[0].last_reload = std::nullopt;
  EXPECT_TRUE(answer("GET", "/api/v1/admin/plugins/desk").ends_with(R"("last_reload":null})"));
}

TEST_F(PluginsAreaTest, ListsInPagesByName) {
  plugins = {{.name = "c"}, {.name = "a"}, {.name = "b"}};
  const auto names = [](const std::string& text) {
    const auto page = Json::parse(text);
    std::string found;
    for (const auto& item : page["items"]) found += item["name"];
    return found + " " + page["next"].dump();
  };
  EXPECT_EQ(names(answer("GET", "/api/v1/admin/plugins", {.limit = 2})), "ab \"b\"");
  EXPECT_EQ(names(answer("GET", "/api/v1/admin/plugins", {.limit = 2, .after = "b"})), "c null");
  EXPECT_EQ(names(answer("GET", "/api/v1/admin/plugins", {.limit = 3})), "abc null");
}

TEST_F(PluginsAreaTest, KnowsNoOtherPlugin) {
  const Problem none{.status = 404, .detail = "no plugin of this host is named \"front\""};
  EXPECT_EQ(problem("GET", "/api/v1/admin/plugins/front"), none);
  EXPECT_EQ(problem("POST", "/api/v1/admin/plugins/front/reload"), none);
}

TEST_F(PluginsAreaTest, SaysThatAReloadIsNotOffered) {
  const Problem none{.status = 501, .detail = "reload is not offered by this host"};
  EXPECT_EQ(problem("POST", "/api/v1/admin/plugins/desk/reload"), none);
  EXPECT_EQ(problem("POST", "/api/v1/admin/reload"), none);
}

TEST_F(PluginsAreaTest, TellsThatAPluginWasReloaded) {
  const ReloadOutcome done{.plugin = "desk", .reloaded = true, .generation = 4};
  area.reload = [&](const std::string& name) {
    EXPECT_EQ(name, "desk");
    return Result<ReloadOutcome>(done);
  };
  area.reload_all = [&] { return Result<std::vector<ReloadOutcome>>({done}); };
  EXPECT_EQ(answer("POST", "/api/v1/admin/plugins/desk/reload"), kReloaded);
  EXPECT_EQ(answer("POST", "/api/v1/admin/reload"), kReloaded);
}

TEST_F(PluginsAreaTest, TellsThatThePluginBeforeGoesOn) {
  area.reload = [](const std::string&) {
    return Result<ReloadOutcome>(
        {.plugin = "desk", .generation = 3, .detail = "its self-test failed"});
  };
  const auto found = problem("POST", "/api/v1/admin/plugins/desk/reload");
  EXPECT_EQ(found.status, 409);
  EXPECT_EQ(found.results,
            R"([{"plugin":"desk","reloaded":false,"generation":3,"detail":"its self-test failed",)"
            R"("at_ms":0,"took_ms":0}])");
}

TEST_F(PluginsAreaTest, TellsThatNothingWasTriedAndWhoMayTryAgain) {
  const auto refused = [&](ErrorClass error_class) {
    area.reload_all = [=] {
      return Result<std::vector<ReloadOutcome>>(Error{error_class, "line 3 is wrong"});
    };
    const auto found = problem("POST", "/api/v1/admin/reload");
    EXPECT_EQ(found.detail, "line 3 is wrong");
    EXPECT_EQ(found.headers.size(), error_class == ErrorClass::retry ? 1U : 0U);
    return found.status;
  };
  EXPECT_EQ(refused(ErrorClass::config), 422);
  EXPECT_EQ(refused(ErrorClass::retry), 409);
  EXPECT_EQ(refused(ErrorClass::deadline), 504);
  EXPECT_EQ(refused(ErrorClass::cancelled), 503);
  EXPECT_EQ(refused(ErrorClass::bug), 500);
}

TEST_F(PluginsAreaTest, ReadsWithOneScopeAndWritesWithAnother) {
  for (const auto& endpoint : plugin_endpoints(area))
    EXPECT_EQ(endpoint.scope, endpoint.method == "GET" ? "plugins:read" : "plugins:write");
}

}  // namespace
}  // namespace conserje
