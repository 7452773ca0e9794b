#include "admin/token_area.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace conserje {
namespace {

constexpr auto kPath = "/api/v1/admin/tokens";

class TokenAreaTest : public testing::Test, protected TokenWorld {
 protected:
  AdminOutcome call(const std::string& method, const std::string& path, const Json& body = {},
                    Page page = {}) {
    for (const auto& endpoint : token_endpoints(tokens))
      if (const auto values = match_path(endpoint.path, path); values && endpoint.method == method)
        return endpoint.handle({.caller = caller, .path = *values, .page = page, .body = body});
    throw std::runtime_error("no endpoint " + path);
  }
  AdminAnswer answer(const std::string& method, const std::string& path, const Json& body = {}) {
    return std::get<AdminAnswer>(call(method, path, body));
  }
  Problem problem(const std::string& method, const std::string& path, const Json& body = {}) {
    return std::get<Problem>(call(method, path, body));
  }
  Json page(Page wish = {}) {
    return Json::parse(std::get<AdminAnswer>(call("GET", kPath, {}, wish)).json);
  }
  std::string faults_of(const Json& body) {
    std::string pointers;
    const auto found = problem("POST", kPath, body);
    EXPECT_EQ(found.status, 422);
    for (const auto& fault : found.faults) pointers += fault.pointer + " ";
    return pointers;
  }

  Caller caller{.id = "local", .scopes = {"*"}};
};

TEST_F(TokenAreaTest, MakesATokenThatWorks) {
  const auto made =
      answer("POST", kPath, {{"name", "cron"}, {"scopes", {"plugins:read"}}, {"expires_s", 60}});
  EXPECT_EQ(made.status, 201);
  const auto json = Json::parse(made.json);
  const auto id = json["id"].get<std::string>();
  EXPECT_EQ(value_of(tokens.verify(json["token"].get<std::string>())),
            (Caller{.id = id, .scopes = {"plugins:read"}}));
  EXPECT_EQ(made.headers, (std::vector<std::pair<std::string, std::string>>{
                              {"Location", "/api/v1/admin/tokens/" + id}}));
}

TEST_F(TokenAreaTest, ShowsWhatWasMadeButNotTheTokenNorItsHash) {
  const auto made = Json::parse(
      answer("POST", kPath, {{"name", "cron"}, {"scopes", {"plugins:read"}}, {"expires_s", 60}})
          .json);
  const auto now = clock.now().time_since_epoch().count();
  EXPECT_EQ(page(), (Json{{"items",
                           {{{"id", made["id"]},
                             {"name", "cron"},
                             {"scopes", {"plugins:read"}},
                             {"created_ms", now},
                             {"expires_ms", now + 60'000},
                             {"last_used_ms", nullptr},
                             {"revoked_ms", nullptr}}}},
                          {"next", nullptr}}));
}

TEST_F(TokenAreaTest, ListsInPages) {
  for (int i = 0; i < 3; ++i) issue({"*"});
  const auto first = page({.limit = 2});
  EXPECT_EQ(first["items"].size(), 2U);
  EXPECT_EQ(first["next"], first["items"][1]["id"]);
  const auto second = page({.limit = 2, .after = first["next"]});
  EXPECT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["next"], nullptr);
}

TEST_F(TokenAreaTest, SaysWhatIsWrongWithAWish) {
  EXPECT_EQ(faults_of(Json::object()), "/name /scopes ");
  EXPECT_EQ(faults_of({{"name", "a"}, {"scopes", {"plugins:read", "root"}}}), "/scopes/1 ");
  EXPECT_EQ(faults_of({{"name", "a"}, {"scopes", {"*", "*"}}}), "/scopes/0 /scopes/1 ");
  EXPECT_EQ(faults_of({{"name", "a"}, {"scopes", {"*"}}, {"expires_s", 0}}), "/expires_s ");
  EXPECT_EQ(faults_of({{"name", "a"}, {"scopes", {"*"}}, {"tenant", "x"}}), "/tenant ");
}

TEST_F(TokenAreaTest, GivesNoScopeThatTheCallerHasNot) {
  caller.scopes = {"tokens:write", "plugins:read"};
  EXPECT_EQ(answer("POST", kPath, {{"name", "a"}, {"scopes", {"plugins:read"}}}).status, 201);
  for (const auto* scope : {"plugins:write", "*"})
    EXPECT_EQ(problem("POST", kPath, {{"name", "a"}, {"scopes", {scope}}}),
              (Problem{.status = 403,
                       .detail = "this token has not the scope \"" + std::string(scope) +
                                 "\" itself and cannot give it"}));
}

TEST_F(TokenAreaTest, RevokesATokenOnce) {
  const auto token = issue({"*"});
  const auto path = std::string(kPath) + "/" + std::string(read_token(token)->id);
  EXPECT_EQ(answer("DELETE", path), AdminAnswer{.status = 204});
  EXPECT_FALSE(tokens.verify(token));
  EXPECT_EQ(problem("DELETE", path).status, 404);
}

}  // namespace
}  // namespace conserje
