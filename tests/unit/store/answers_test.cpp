#include "store/answers.hpp"

#include <future>

#include "store/inbox.hpp"
#include "store/outbox.hpp"
#include "store_test.hpp"

namespace conserje {
namespace {

using State = MessageAnswer::State;

class AnswersTest : public StoreTest {
 protected:
  void receive(const std::string& id, std::optional<WallTime> answer_by) {
    std::promise<Result<std::int64_t>> stored;
    inbox_.accept_all({{.tenant = "hotel-sol",
                        .channel = "phone",
                        .message_id = id,
                        .lane = "phone||+34600",
                        .payload = "{}",
                        .correlation_id = "c-" + id,
                        .received = now(),
                        .answer_by = answer_by}},
                      {}, [&](auto result) { stored.set_value(std::move(result)); });
    value_of(stored.get_future().get());
  }
  LeasedMessage lease_message() { return *value_of(inbox_.lease("host-1", now(), 60s)); }

  /// Handles the next message; its reply is held until `hold`.
  void handle(const std::string& payload, std::optional<WallTime> hold) {
    const auto leased = lease_message();
    value_of(database_->transact([&](Transaction& tx) {
      inbox_.finish(tx, leased.lease, now());
      outbox_.add(tx, {.tenant = "hotel-sol",
                       .target = "phone",
                       .lane = "phone||+34600|" + leased.message.message_id,
                       .payload = payload,
                       .reference = reference(leased.message.message_id),
                       .created = now(),
                       .hold = hold});
    }));
  }
  static std::string reference(const std::string& id) {
    return reply_reference("hotel-sol", "phone", id);
  }
  std::optional<LeasedItem> lease_reply() { return value_of(outbox_.lease("host-1", now(), 60s)); }
  std::vector<MessageAnswer> find(const std::vector<std::string>& ids) {
    return value_of(answers_.find("hotel-sol", "phone", ids));
  }
  void record(const std::vector<std::string>& ids) {
    value_of(answers_.record("hotel-sol", "phone", ids, "http:c-1"));
  }

  Inbox inbox_{*database_};
  Outbox outbox_{*database_};
  Answers answers_{*database_};
};
ON_EVERY_DATABASE(AnswersTest);

TEST_P(AnswersTest, TellsWhatIsSaidToEachMessageInTurn) {
  receive("m1", now() + 15s);
  receive("m2", now() + 15s);
  handle("{\"text\":\"one\"}", now() + 16s);
  EXPECT_EQ(find({"m2", "m1", "m3"}),
            (std::vector<MessageAnswer>{{.state = State::open},
                                        {.state = State::handled, .reply = "{\"text\":\"one\"}"},
                                        {.state = State::open}}));
}

TEST_P(AnswersTest, TellsOfAMessageThatWasGivenUp) {
  receive("m1", now() + 15s);
  const auto leased = lease_message();
  value_of(database_->transact([&](Transaction& tx) {
    return inbox_.bury(tx, leased, {ErrorClass::permanent, "no"}, now());
  }));
  EXPECT_EQ(find({"m1"}), (std::vector<MessageAnswer>{{.state = State::given_up}}));
}

TEST_P(AnswersTest, KeepsTheChannelFromSendingWhatTheHttpAnswerCarried) {
  receive("m1", now() + 15s);
  handle("{}", now() + 16s);
  EXPECT_FALSE(lease_reply());
  record({"m1"});
  clock_.advance(60s);
  EXPECT_FALSE(lease_reply());
  const auto row = *value_of(outbox_.find(reference("m1")));
  EXPECT_EQ(row.state, OutboxState::sent);
  EXPECT_EQ(row.provider_id, "http:c-1");
}

TEST_P(AnswersTest, LetsTheChannelSendWhatNobodyFetchedInTime) {
  receive("m1", now() + 15s);
  handle("{}", now() + 16s);
  clock_.advance(17s);
  const auto leased = lease_reply();
  ASSERT_TRUE(leased);
  EXPECT_EQ(leased->item.reference, reference("m1"));
  record({"m1"});
  EXPECT_EQ(value_of(outbox_.find(reference("m1")))->state, OutboxState::pending);
}

TEST_P(AnswersTest, GivesTheSameReplyAgainAfterItWasRecorded) {
  receive("m1", now() + 15s);
  handle("{\"text\":\"one\"}", now() + 16s);
  const auto first = find({"m1"});
  record({"m1"});
  EXPECT_EQ(find({"m1"}), first);
}

TEST_P(AnswersTest, WaitsForWhoeverAskedLast) {
  receive("m1", now() + 15s);
  clock_.advance(20s);
  receive("m1", now() + 15s);
  EXPECT_EQ(lease_message().message.answer_by, now() + 15s);
}

}  // namespace
}  // namespace conserje
