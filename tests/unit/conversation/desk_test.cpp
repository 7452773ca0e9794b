#include "conversation/desk.hpp"

#include "worker_test.hpp"

namespace conserje {
namespace {

using Strings = std::vector<std::string>;

class DeskTest : public WorkerTest {
 protected:
  /// The guest writes, as `intent`, and is answered or not -> his conversation.
  ConversationRow write(const std::string& id, const std::string& intent = "greeting") {
    receive(id);
    hear(intent);
    EXPECT_TRUE(step());
    return conversation();
  }
  ConversationRow conversation() {
    return value_of(conversations_.of_guest("hotel-sol", "whatsapp|1055|+34600")).value();
  }
  bool is_silent() {
    const auto row = value_of(sessions_->find("hotel-sol", "whatsapp|1055|+34600", now()));
    return row && decode<Session>(std::string_view(row->data))->silent_until_ms >
                      now().time_since_epoch().count();
  }
  WallTime now() const { return pms_.clock.now(); }
  Strings said() {
    Strings said;
    for (const auto& line : leaving())
      if (line.starts_with("handoff.") || line.starts_with("Good")) said.push_back(line);
    return said;
  }

  Conversations conversations_{*database_};
  Desk desk_{{.database = *database_,
              .outbox = *outbox_,
              .sessions = *sessions_,
              .notification_logs = *logs_,
              .pipeline = pipeline_,
              .texts = *texts_,
              .clock = pms_.clock}};
};

TEST_F(DeskTest, SeesWhoWantsAPersonAndWhatWasSaid) {
  const auto row = write("m1", "human");
  EXPECT_EQ(row.handoff, (Handoff{.opened = now(),
                                  .reason = "human",
                                  .silent_until = now() + Millis(12 * 3'600'000)}));
  const auto turns = value_of(conversations_.turns("hotel-sol", row.conversation, 0, 10));
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(decode<channel::UnifiedMessage>(turns[0].message)->text, "words");
  EXPECT_FALSE(decode<channel::SendRequest>(turns[0].said)->text.empty());
}

TEST_F(DeskTest, GivesAGuestBackWhoIsAnsweredAgain) {
  const auto row = write("m1", "human");
  EXPECT_TRUE(is_silent());
  value_of(desk_.give_back(row));
  EXPECT_FALSE(is_silent());
  EXPECT_EQ(conversation().handoff, std::nullopt);
  const auto before = leaving().size();
  write("m2");
  EXPECT_EQ(leaving().size(), before + 1);
}

TEST_F(DeskTest, TellsOfAHandoffAndItsEndOnce) {
  const auto row = write("m1");
  for (int i = 0; i < 2; ++i) value_of(desk_.hand_off(row));
  EXPECT_TRUE(is_silent());
  EXPECT_EQ(conversation().handoff.value().reason, "staff");
  for (int i = 0; i < 2; ++i) value_of(desk_.give_back(row));
  EXPECT_EQ(said(), (Strings{"handoff.opened", "handoff.closed"}));
}

TEST_F(DeskTest, SendsTheStaffsWordsOnceForAKey) {
  const auto row = write("m1", "human");
  const auto first = value_of(desk_.reply(row, "Good evening", "k1", false));
  EXPECT_EQ(value_of(desk_.reply(row, "Good evening", "k1", false)), first);
  EXPECT_NE(value_of(desk_.reply(row, "Good night", "k2", false)), first);
  EXPECT_EQ(said(), (Strings{"handoff.opened", "Good evening", "Good night"}));
  EXPECT_EQ(conversation().handoff.value().answered, now());
  const auto other = desk_.reply(row, "Good morning", "k1", false);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().error_class, ErrorClass::permanent);
}

TEST_F(DeskTest, WritesToTheGuestsOwnAddressInHisLane) {
  const auto row = write("m1");
  const auto reference = value_of(desk_.reply(row, "Good evening", "k1", false));
  const auto sent = value_of(outbox_->find(reference)).value().item;
  EXPECT_EQ(sent.lane, "whatsapp|1055|+34600");
  EXPECT_EQ(decode<channel::SendRequest>(std::string_view(sent.payload)).value(),
            (channel::SendRequest{.account = "1055",
                                  .recipient = "+34600",
                                  .text = "Good evening",
                                  .language = "en",
                                  .reference = reference}));
}

TEST_F(DeskTest, TakesAConversationByAnsweringAndLeavesItWithTheSameWords) {
  const auto row = write("m1");
  value_of(desk_.reply(row, "Good evening", "k1", false));
  EXPECT_TRUE(is_silent());
  value_of(desk_.reply(row, "Good night", "k2", true));
  EXPECT_FALSE(is_silent());
  EXPECT_EQ(said(), (Strings{"Good evening", "handoff.opened", "Good night", "handoff.closed"}));
}

TEST_F(DeskTest, EndsAHandoffThatNobodyEndedWhenTheGuestIsAnsweredAgain) {
  write("m1", "human");
  pms_.clock.advance(Millis(12 * 3'600'000));
  write("m2");
  EXPECT_EQ(conversation().handoff, std::nullopt);
  EXPECT_EQ(said(), (Strings{"handoff.opened", "handoff.closed"}));
}

TEST_F(DeskTest, HasWhatTheStaffWroteOnItsOwnTelephone) {
  write("m1", "human");
  receive("m2", {.type = "echo"});
  EXPECT_TRUE(step());
  EXPECT_EQ(conversation().handoff.value().answered, now());
  const auto turns =
      value_of(conversations_.turns("hotel-sol", conversation().conversation, 0, 10));
  EXPECT_EQ(turns.at(0).author, TurnAuthor::staff);
}

TEST_F(DeskTest, TellsTheGuestInHisLanguageHowHisDepositWasDecidedOnce) {
  const auto row = write("m1");
  value_of(database_->transact([&](Transaction& tx) {
    reservations_->save(tx, {.reference = "CJ-7", .tenant = "hotel-sol", .lane = row.lane});
    Deposits::add(tx, {.tenant = "hotel-sol",
                       .lane = row.lane,
                       .reservation = "CJ-7",
                       .channel = "whatsapp",
                       .message_id = "m2"});
  }));
  const auto deposit = value_of(Deposits(*database_).waiting("hotel-sol", 1)).at(0);
  const Deposits::Decision refused{.state = DepositState::refused, .reason = "it is cut off"};
  EXPECT_TRUE(value_of(desk_.decide(deposit, refused)));
  EXPECT_FALSE(value_of(desk_.decide(deposit, {})));
  auto told = leaving();
  told.erase(told.begin());  // The greeting.
  EXPECT_EQ(told, (Strings{"Our team could not accept the receipt for your reservation "
                           "CJ-7: it is cut off",
                           "deposit.decided"}));
  EXPECT_EQ(value_of(reservations_->find("CJ-7")).value().deposit, "refused");
}

TEST_F(DeskTest, AnswersADepositOfAGuestWhoIsKnownByHisLaneAlone) {
  const DepositRow deposit{.tenant = "hotel-sol",
                           .lane = "whatsapp|1055|+34700",
                           .reservation = "CJ-8",
                           .channel = "whatsapp",
                           .message_id = "m9"};
  value_of(database_->transact([&](Transaction& tx) { Deposits::add(tx, deposit); }));
  EXPECT_TRUE(
      value_of(desk_.decide(value_of(Deposits(*database_).waiting("hotel-sol", 1)).at(0), {})));
  EXPECT_EQ(recipients(), (Strings{"whatsapp +34700 Our t"}));
}

}  // namespace
}  // namespace conserje
