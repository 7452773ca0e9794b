#include "admin/deposits.hpp"

#include <gtest/gtest.h>

#include "store/conversations.hpp"
#include "world.hpp"

namespace conserje {
namespace {

const std::string kPath = "/api/v1/admin/deposits";

class DepositAreaTest : public testing::Test, protected TokenWorld {
 protected:
  DepositAreaTest() {
    value_of(database->transact([&](Transaction& tx) {
      Conversations::met(tx, {.tenant = "hotel-sol", .lane = "chat||ana", .conversation = "c-ana"});
      for (const auto* message : {"m1", "m2"})
        Deposits::add(tx, {.tenant = "hotel-sol",
                           .lane = "chat||ana",
                           .reservation = "CJ-7",
                           .channel = "chat",
                           .message_id = message,
                           .media = R"({"kind":"image","mime_type":"image/png"})",
                           .received = clock.now()});
    }));
  }
  AdminOutcome call(const std::string& method, const std::string& path, const Json& body = {},
                    Page page = {}, Query query = {}) {
    for (const auto& endpoint : deposit_endpoints(
             deposits_, {.tenant = "hotel-sol",
                        .decide = [this](const DepositRow& row, const Deposits::Decision& how) {
                          return database->transact([&](Transaction& tx) {
                            return Deposits::decide(tx, row.tenant, row.id, how, clock.now());
                          });
                        }}))
      if (const auto values = match_path(endpoint.path, path); values && endpoint.method == method)
        return endpoint.handle({.caller = {.id = "eva"},
                                .path = *values,
                                .query = std::move(query),
                                .page = std::move(page),
                                .body = body});
    throw std::runtime_error("no endpoint " + path);
  }
  static Json json(const AdminOutcome& outcome) {
    return Json::parse(std::get<AdminAnswer>(outcome).json);
  }
  static int status(const AdminOutcome& outcome) { return std::get<Problem>(outcome).status; }
  std::vector<int> ids(Page page, Query query = {}) {
    std::vector<int> ids;
    const auto found = json(call("GET", kPath, {}, std::move(page), std::move(query)));
    for (const auto& item : found["items"]) ids.push_back(item["id"]);
    return ids;
  }

  Deposits deposits_{*database};
};

TEST_F(DepositAreaTest, ShowsWhatCameAndFromWhom) {
  EXPECT_EQ(
      json(call("GET", kPath + "/1")),
      (Json{{"id", 1},
            {"reservation", "CJ-7"},
            {"conversation", "c-ana"},
            {"channel", "chat"},
            {"media",
             {{"kind", "image"}, {"mime_type", "image/png"}, {"file_name", ""}, {"caption", ""}}},
            {"state", "waiting"},
            {"reason", ""},
            {"decided_by", ""},
            {"received_ms", clock.now().time_since_epoch().count()},
            {"decided_ms", nullptr}}));
}

TEST_F(DepositAreaTest, ListsInPagesAndByState) {
  EXPECT_EQ(ids({.limit = 1}), (std::vector{1}));
  EXPECT_EQ(ids({.limit = 1, .after = "1"}), (std::vector{2}));
  (void)call("POST", kPath + "/1/approve");
  EXPECT_EQ(ids({}, {{"state", "waiting"}}), (std::vector{2}));
  EXPECT_EQ(ids({}, {{"state", "approved"}}), (std::vector{1}));
  EXPECT_EQ(status(call("GET", kPath, {}, {}, {{"state", "lost"}})), 400);
  EXPECT_EQ(status(call("GET", kPath, {}, {.after = "x"})), 400);
}

TEST_F(DepositAreaTest, DecidesOnceAndSaysWhoDid) {
  const auto refused = json(call("POST", kPath + "/1/refuse", {{"reason", "unreadable"}}));
  EXPECT_EQ(refused["state"], "refused");
  EXPECT_EQ(refused["reason"], "unreadable");
  EXPECT_EQ(refused["decided_by"], "eva");
  EXPECT_EQ(status(call("POST", kPath + "/1/refuse", {{"reason", "unreadable"}})), 409);
  EXPECT_EQ(status(call("POST", kPath + "/1/approve")), 409);
  EXPECT_EQ(json(call("POST", kPath + "/2/approve"))["state"], "approved");
}

TEST_F(DepositAreaTest, WantsAReasonForARefusal) {
  for (const Json& body : {Json::object(), Json{{"reason", ""}}, Json{{"reason", "a\nb"}},
                           Json{{"reason", "a"}, {"by", "b"}}})
    EXPECT_EQ(status(call("POST", kPath + "/1/refuse", body)), 422) << body;
}

TEST_F(DepositAreaTest, KnowsNoOthers) {
  for (const auto* id : {"3", "0", "-1", "x", "99999999999999999999"})
    EXPECT_EQ(status(call("GET", kPath + "/" + id)), 404) << id;
  EXPECT_EQ(status(call("POST", kPath + "/3/approve")), 404);
}

}  // namespace
}  // namespace conserje
