#include "admin/admin_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>
#include <thread>

#include "plugin/http/client.hpp"
#include "world.hpp"

namespace conserje {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kThings = "/api/v1/admin/things";
const std::string kWrong = "cj_ffff_" + std::string(64, 'a');

/// An API of one list, one thing and one write, behind a real server. All of the host's side runs
/// on the I/O thread.
class AdminApiTest : public testing::Test, protected TokenWorld {
 protected:
  AdminApiTest() {
    const auto say = [this](const AdminCall& call) {
      calls.push_back(call);
      return AdminOutcome(AdminAnswer{.json = R"({"done":true})"});
    };
    const auto run = [this](std::function<void()> task) {
      if (!pool_is_full) task();
      return !pool_is_full;
    };
    const AdminParts parts{
        .tokens = tokens,
        .failures = failures,
        .metrics = metrics,
        .log = log,
        .hash = [this, run](
                    std::function<void()> task) { return !hasher_is_full && run(std::move(task)); },
        .work = run,
        .body_limit = 1'000};
    for (auto& route : admin_routes(parts, {{.method = "GET",
                                           .path = kThings,
                                           .scope = "plugins:read",
                                           .is_list = true,
                                           .handle = say},
                                            {.method = "GET",
                                            .path = "/api/v1/admin/things/{name}",
                                            .scope = "plugins:read",
                                            .query = {"depth"},
                                            .handle = say},
                                            {.method = "POST",
                                            .path = kThings,
                                            .scope = "plugins:write",
                                            .takes_body = true,
                                            .handle = say}}))
      server.handle(std::move(route));
    port = value_of(server.listen("127.0.0.1", 0));
    thread = std::jthread([this] { io.run(); });
  }
  ~AdminApiTest() override {
    io.stop();
    thread.join();
  }

  OutboundReply send(const std::string& method, const std::string& path, HttpHeaders headers,
                     std::string body = {}) {
    return value_of(
        client.send_and_wait({.method = method,
                              .url = "http://127.0.0.1:" + std::to_string(port) + path,
                              .headers = std::move(headers),
                              .body = std::move(body),
                              .deadline = SystemClock().monotonic() + std::chrono::minutes(1),
                              .allow_private_addresses = true}));
  }
  OutboundReply send_with(const std::string& token, const std::string& method,
                          const std::string& path, HttpHeaders headers = {},
                          std::string body = {}) {
    headers.emplace_back("Authorization", "Bearer " + token);
    return send(method, path, std::move(headers), std::move(body));
  }
  /// With a token that may do everything.
  OutboundReply ask(const std::string& method, const std::string& path, HttpHeaders headers = {},
                    std::string body = {}) {
    return send_with(all, method, path, std::move(headers), std::move(body));
  }
  static std::string detail(const OutboundReply& reply) {
    return Json::parse(reply.body)["detail"].get<std::string>();
  }

  std::vector<std::string> lines{};
  Log log{[this](std::string_view line) { lines.emplace_back(line); }, LogLevel::info, clock};
  Metrics metrics{};
  FailureLimit failures{3, {}, clock};
  std::vector<AdminCall> calls{};
  bool pool_is_full = false;
  bool hasher_is_full = false;
  std::string all = issue({"*"});
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  Server server{io, {}, clock, random};
  std::uint16_t port = 0;
  SystemClock system_clock{};
  HttpClient client{{}, system_clock};
  std::jthread thread{};
};

TEST_F(AdminApiTest, LetsAValidTokenIn) {
  const auto reply = ask("GET", "/api/v1/admin/things/a%20b?depth=2");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"done":true})");
  EXPECT_EQ(reply.header("content-type"), "application/json");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_THAT(calls[0].path, ElementsAre("a b"));
  EXPECT_EQ(calls[0].query, (Query{{"depth", "2"}}));
  EXPECT_THAT(calls[0].caller.scopes, ElementsAre("*"));
}

TEST_F(AdminApiTest, NeedsAToken) {
  const auto reply = send("GET", kThings, {{"X-Correlation-ID", "c-1"}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("www-authenticate"), R"(Bearer realm="conserje")");
  EXPECT_EQ(reply.header("content-type"), "application/problem+json");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_EQ(Json::parse(reply.body),
            (Json{{"type", "about:blank"},
                  {"title", "Unauthorized"},
                  {"status", 401},
                  {"detail", "an API token is needed: Authorization: Bearer ..."},
                  {"instance", "c-1"}}));
  EXPECT_THAT(calls, IsEmpty());
}

TEST_F(AdminApiTest, RefusesAWrongToken) {
  const auto reply = send_with(kWrong, "GET", kThings);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("www-authenticate"), R"(Bearer realm="conserje", error="invalid_token")");
  EXPECT_EQ(detail(reply), "the API token is not valid");
}

TEST_F(AdminApiTest, RefusesTwoTokens) {
  const auto reply = ask("GET", kThings, {{"Authorization", "Bearer " + kWrong}});
  EXPECT_EQ(reply.status, 401);
}

TEST_F(AdminApiTest, TellsNobodyWithoutATokenWhichPathsThereAre) {
  EXPECT_EQ(send("GET", "/api/v1/admin/nothing", {}).status, 401);
  EXPECT_EQ(send("DELETE", kThings, {}).status, 401);
}

TEST_F(AdminApiTest, NamesTheScopeThatIsMissing) {
  const auto reply = send_with(issue({"plugins:read"}), "POST", kThings);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(detail(reply), "this token has not the scope \"plugins:write\"");
  EXPECT_EQ(reply.header("www-authenticate"),
            R"(Bearer realm="conserje", error="insufficient_scope", scope="plugins:write")");
  EXPECT_THAT(calls, IsEmpty());
}

TEST_F(AdminApiTest, RefusesASourceThatFailedTooOften) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send_with(kWrong, "GET", kThings).status, 401);
  const auto reply = send_with(kWrong, "GET", kThings);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.header("retry-after"), "20");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_EQ(send("GET", kThings, {}).status, 429);
  clock.advance(Millis(20'000));
  EXPECT_EQ(ask("GET", kThings).status, 200);
}

TEST_F(AdminApiTest, LetsATokenInThatItKnowsWhateverItsSourceDid) {
  EXPECT_EQ(ask("GET", kThings).status, 200);
  for (int i = 0; i < 5; ++i) send_with(kWrong, "GET", kThings);
  EXPECT_EQ(ask("GET", kThings).status, 200);
  EXPECT_EQ(send_with(issue({"*"}), "GET", kThings).status, 429);
}

TEST_F(AdminApiTest, CountsNoFailureOfThoseWhoVerify) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("GET", "/api/v1/admin/nothing").status, 404);
  EXPECT_EQ(send_with(kWrong, "GET", kThings).status, 401);
}

TEST_F(AdminApiTest, KnowsItsPathsAndTheirMethods) {
  EXPECT_EQ(ask("GET", "/api/v1/admin/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/admin/things/").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/admin/things/%zz").status, 404);
  const auto reply = ask("DELETE", kThings);
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD, POST");
}

TEST_F(AdminApiTest, AnswersJsonAlone) {
  EXPECT_EQ(ask("GET", kThings, {{"Accept", "text/html"}}).status, 406);
  EXPECT_EQ(ask("GET", kThings, {{"Accept", "text/html, application/*;q=0.5"}}).status, 200);
}

TEST_F(AdminApiTest, KnowsItsQueryParameters) {
  for (const auto* query : {"depth=1", "limit=0", "limit=201", "limit=x", "limit=1&limit=2", "%"})
    EXPECT_EQ(ask("GET", std::string(kThings) + "?" + query).status, 400) << query;
  EXPECT_EQ(detail(ask("GET", std::string(kThings) + "?depth=1")),
            "this call has no query parameter \"depth\"");
  EXPECT_EQ(ask("GET", "/api/v1/admin/things/a?limit=1").status, 400);
}

TEST_F(AdminApiTest, HandsOverWhichPageIsWanted) {
  ask("GET", kThings);
  ask("GET", std::string(kThings) + "?limit=200&after=a%2Fb");
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].page, (Page{.limit = 100, .after = ""}));
  EXPECT_EQ(calls[1].page, (Page{.limit = 200, .after = "a/b"}));
}

TEST_F(AdminApiTest, TakesAJsonBodyWhereThereIsToBeOne) {
  const HttpHeaders json{{"Content-Type", "application/json; charset=utf-8"}};
  EXPECT_EQ(ask("POST", kThings, json, R"({"a":1})").status, 200);
  EXPECT_EQ(calls.at(0).body, Json({{"a", 1}}));
  EXPECT_EQ(ask("POST", kThings, json, "{").status, 400);
  EXPECT_EQ(ask("POST", kThings, json, "\"\xff\"").status, 400);
  EXPECT_EQ(ask("POST", kThings, {{"Content-Type", "text/plain"}}, "{}").status, 415);
  EXPECT_EQ(ask("POST", kThings).status, 415);
  EXPECT_EQ(ask("POST", kThings, json, std::string(1'001, ' ')).status, 413);
  EXPECT_EQ(ask("GET", kThings, json, "{}").status, 400);
}

TEST_F(AdminApiTest, LeavesALineForEachWriteWithoutTheToken) {
  const HttpHeaders json{{"Content-Type", "application/json"}, {"X-Correlation-ID", "c-1"}};
  ask("GET", kThings);
  ask("POST", kThings, json, "{}");
  ask("POST", kThings, json, "{");
  const auto id = std::string(read_token(all)->id);
  const auto line = [&](const char* status) {
    return HasSubstr(R"("message":"admin write","token":")" + id +
                     R"(","method":"POST","path":"/api/v1/admin/things","status":)" + status +
                     R"(,"source":"127.0.0.1","correlation_id":"c-1")");
  };
  EXPECT_THAT(lines, ElementsAre(line("200"), line("400")));
  for (const auto& text : lines) EXPECT_THAT(text, Not(HasSubstr(all)));
}

TEST_F(AdminApiTest, LeavesALineForAWriteThatTheScopesForbid) {
  send_with(issue({"plugins:read"}), "POST", kThings);
  EXPECT_THAT(lines, ElementsAre(HasSubstr(R"("status":403)")));
}

TEST_F(AdminApiTest, LeavesALineForACallerWithoutATokenAndNotForAFlood) {
  for (int i = 0; i < 9; ++i) send_with(kWrong, "POST", kThings);
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("admin request without a valid token"));
  for (const auto& line : lines) EXPECT_THAT(line, Not(HasSubstr(kWrong)));
}

TEST_F(AdminApiTest, SaysWhenItIsBusy) {
  pool_is_full = true;
  const auto reply = ask("GET", kThings);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("retry-after"), "1");
}

TEST_F(AdminApiTest, HoldsUpNobodyWhoseTokenNeedNotBeHashed) {
  EXPECT_EQ(ask("GET", kThings).status, 200);
  const auto local = tokens.issue_local();
  hasher_is_full = true;
  EXPECT_EQ(ask("GET", kThings).status, 200);
  EXPECT_EQ(send_with(local, "GET", kThings).status, 200);
  EXPECT_EQ(send("GET", kThings, {}).status, 401);
  EXPECT_EQ(send_with(kWrong, "GET", kThings).status, 503);
}

TEST_F(AdminApiTest, ShowsItsDocumentToAnybody) {
  const auto reply = send("GET", "/api/v1/openapi.yaml", {});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "application/yaml");
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_THAT(reply.body, testing::StartsWith("openapi: 3.1.0\n"));
  EXPECT_EQ(send("GET", "/api/v1/openapi.yaml", {{"Accept", "application/json"}}).status, 406);
}

}  // namespace
}  // namespace conserje
