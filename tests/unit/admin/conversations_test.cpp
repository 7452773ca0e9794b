#include "admin/conversations.hpp"

#include <gtest/gtest.h>

#include "store/outbox.hpp"
#include "world.hpp"

namespace conserje {
namespace {

const std::string kPath = "/api/v1/admin/conversations";

class ConversationAreaTest : public testing::Test, protected TokenWorld {
 protected:
  ConversationAreaTest() {
    for (const auto* guest : {"ana", "bea", "eva"})
      value_of(database->transact([&](Transaction& tx) {
        Conversations::met(tx, {.tenant = "hotel-sol",
                                .lane = std::string("chat||") + guest,
                                .conversation = std::string("c-") + guest,
                                .channel = "chat",
                                .address = guest,
                                .language = "es",
                                .last = clock.now()});
      }));
    value_of(database->transact([&](Transaction& tx) {
      Conversations::open(tx, "hotel-sol", "chat||eva", {.opened = clock.now(), .reason = "human"});
    }));
  }
  AdminOutcome call(const std::string& method, const std::string& path, const Json& body = {},
                    Page page = {}, Query query = {}) {
    for (const auto& endpoint : conversation_endpoints(
             conversations_,
             {.tenant = "hotel-sol",
             .reply = [this](const ConversationRow& to, const std::string& text,
                             const std::string& key, bool gives_back) -> Result<std::string> {
               done_.push_back(to.address + " " + text + " " + key + (gives_back ? " back" : ""));
               return answer_;
             },
             .hand_off = [this](const ConversationRow& row) -> Status {
               done_.push_back("hand off " + row.address);
               return Done{};
             },
             .give_back = [this](const ConversationRow& row) -> Status {
               done_.push_back("give back " + row.address);
               return Done{};
             }}))
      if (const auto values = match_path(endpoint.path, path); values && endpoint.method == method)
        return endpoint.handle({.path = *values,
                                .query = std::move(query),
                                .page = std::move(page),
                                .body = body,
                                .key = "k1"});
    throw std::runtime_error("no endpoint " + path);
  }
  Json json(const AdminOutcome& outcome) {
    return Json::parse(std::get<AdminAnswer>(outcome).json);
  }
  static std::vector<std::string> ids(const Json& page) {
    std::vector<std::string> ids;
    for (const auto& item : page["items"]) ids.push_back(item["id"]);
    return ids;
  }

  Conversations conversations_{*database};
  std::vector<std::string> done_;
  Result<std::string> answer_ = std::string("s_1");
};

using Strings = std::vector<std::string>;

TEST_F(ConversationAreaTest, ListsWhatAPersonHasFirstAndInPages) {
  const auto first = json(call("GET", kPath, {}, {.limit = 2}));
  EXPECT_EQ(ids(first), (Strings{"c-eva", "c-ana"}));
  const auto rest = json(call("GET", kPath, {}, {.limit = 2, .after = first["next"]}));
  EXPECT_EQ(ids(rest), (Strings{"c-bea"}));
  EXPECT_EQ(rest["next"], nullptr);
}

TEST_F(ConversationAreaTest, ListsTheOpenOnesAlone) {
  EXPECT_EQ(ids(json(call("GET", kPath, {}, {}, {{"state", "open"}}))), (Strings{"c-eva"}));
  EXPECT_EQ(std::get<Problem>(call("GET", kPath, {}, {}, {{"state", "shut"}})).status, 400);
}

TEST_F(ConversationAreaTest, RefusesAPageThatIsNone) {
  for (const auto* after : {"x", "1x.c", "."})
    EXPECT_EQ(std::get<Problem>(call("GET", kPath, {}, {.after = after})).status, 400) << after;
  EXPECT_EQ(std::get<Problem>(call("GET", kPath + "/c-eva/turns", {}, {.after = "x"})).status, 400);
}

TEST_F(ConversationAreaTest, ShowsWhoHasIt) {
  const auto now = clock.now().time_since_epoch().count();
  EXPECT_EQ(json(call("GET", kPath + "/c-eva")), (Json{{"id", "c-eva"},
                                                       {"channel", "chat"},
                                                       {"address", "eva"},
                                                       {"guest_name", ""},
                                                       {"language", "es"},
                                                       {"last_ms", now},
                                                       {"handoff",
                                                        {{"opened_ms", now},
                                                         {"reason", "human"},
                                                         {"urgent", false},
                                                         {"silent_until_ms", nullptr},
                                                         {"answered_ms", nullptr}}}}));
  EXPECT_EQ(json(call("GET", kPath + "/c-ana"))["handoff"], nullptr);
}

TEST_F(ConversationAreaTest, ShowsWhatWasSaid) {
  value_of(database->transact([&](Transaction& tx) {
    Conversations::add_turn(tx, {.tenant = "hotel-sol",
                                 .conversation = "c-ana",
                                 .author = TurnAuthor::staff,
                                 .reference = "s_1",
                                 .at = clock.now()});
    Outbox(*database).add(tx, {.tenant = "hotel-sol",
                               .target = "chat",
                               .lane = "chat||ana",
                               .payload = R"({"recipient":"ana","text":"Hola","reference":"s_1"})",
                               .reference = "s_1",
                               .created = clock.now()});
  }));
  const auto page = json(call("GET", kPath + "/c-ana/turns"));
  EXPECT_EQ(page["items"],
            (Json{{{"id", 1},
                   {"author", "staff"},
                   {"at_ms", clock.now().time_since_epoch().count()},
                   {"message", nullptr},
                   {"said", {{"text", "Hola"}, {"state", "pending"}, {"status", ""}}}}}));
}

TEST_F(ConversationAreaTest, SaysTheStaffsWords) {
  const auto answer = std::get<AdminAnswer>(
      call("POST", kPath + "/c-ana/replies", {{"text", "Buenas\nnoches"}, {"give_back", true}}));
  EXPECT_EQ(answer, (AdminAnswer{.status = 202, .json = R"({"reference":"s_1"})"}));
  EXPECT_EQ(done_, (Strings{"ana Buenas\nnoches k1 back"}));
}

TEST_F(ConversationAreaTest, RefusesWordsThatAreNone) {
  for (const Json& body : {Json::object(), Json{{"text", " \n"}}, Json{{"text", "a\tb"}},
                           Json{{"text", "a"}, {"give_back", 1}}, Json{{"text", "a"}, {"to", "b"}},
                           Json{{"text", std::string(kLongestStaffReply + 1, 'a')}}})
    EXPECT_EQ(std::get<Problem>(call("POST", kPath + "/c-ana/replies", body)).status, 422) << body;
  EXPECT_EQ(done_, Strings{});
}

TEST_F(ConversationAreaTest, RefusesOtherWordsUnderTheSameKey) {
  answer_ = Error{ErrorClass::permanent, "another text"};
  EXPECT_EQ(std::get<Problem>(call("POST", kPath + "/c-ana/replies", {{"text", "a"}})),
            (Problem{.status = 409, .detail = "another text"}));
}

TEST_F(ConversationAreaTest, HandsOffAndGivesBack) {
  EXPECT_EQ(json(call("PUT", kPath + "/c-ana/handoff"))["id"], "c-ana");
  EXPECT_EQ(json(call("DELETE", kPath + "/c-ana/handoff"))["id"], "c-ana");
  EXPECT_EQ(done_, (Strings{"hand off ana", "give back ana"}));
}

TEST_F(ConversationAreaTest, KnowsNoOtherConversations) {
  EXPECT_EQ(std::get<Problem>(call("GET", kPath + "/c-eve")).status, 404);
  EXPECT_EQ(std::get<Problem>(call("GET", kPath + "/c-eve/turns")).status, 404);
  EXPECT_EQ(std::get<Problem>(call("PUT", kPath + "/c-eve/handoff")).status, 404);
  EXPECT_EQ(std::get<Problem>(call("POST", kPath + "/c-eve/replies", {{"text", "a"}})).status, 404);
}

}  // namespace
}  // namespace conserje
