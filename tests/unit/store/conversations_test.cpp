#include "store/conversations.hpp"

#include <functional>

#include "store_test.hpp"

namespace conserje {
namespace {

class ConversationsTest : public StoreTest {
 protected:
  ConversationRow of(const std::string& guest, Millis later = Millis(0)) const {
    return {.tenant = "hotel-sol",
            .lane = "chat||" + guest,
            .conversation = "hash-" + guest,
            .channel = "chat",
            .address = guest,
            .guest_name = "Ana",
            .language = "es",
            .last = now() + later};
  }
  void write(const std::function<void(Transaction&)>& work) {
    value_of(database_->transact([&](Transaction& tx) { work(tx); }));
  }
  void met(const ConversationRow& row) {
    write([&](Transaction& tx) { Conversations::met(tx, row); });
  }
  void open(const std::string& guest, const Handoff& handoff) {
    write(
        [&](Transaction& tx) { Conversations::open(tx, "hotel-sol", "chat||" + guest, handoff); });
  }
  std::vector<std::string> names(bool only_open = false, Conversations::After after = {}) {
    std::vector<std::string> names;
    for (const auto& row : value_of(conversations_.list("hotel-sol", after, only_open, 10)))
      names.push_back(row.address);
    return names;
  }
  ConversationRow found(const std::string& guest) {
    return value_of(conversations_.find("hotel-sol", "hash-" + guest)).value();
  }

  Conversations conversations_{*database_};
};
ON_EVERY_DATABASE(ConversationsTest);

using Names = std::vector<std::string>;

TEST_P(ConversationsTest, AreFoundByNameAndByGuest) {
  met(of("ana"));
  ConversationRow expected = of("ana");
  expected.place = found("ana").place;
  EXPECT_EQ(found("ana"), expected);
  EXPECT_EQ(value_of(conversations_.of_guest("hotel-sol", "chat||ana")), expected);
  EXPECT_EQ(value_of(conversations_.find("other", "hash-ana")), std::nullopt);
}

TEST_P(ConversationsTest, KeepAGuestsNameWhereTheChannelTellsNone) {
  met(of("ana"));
  auto again = of("ana", 1s);
  again.guest_name.clear();
  met(again);
  EXPECT_EQ(found("ana").guest_name, "Ana");
}

TEST_P(ConversationsTest, AreListedTheLatestFirst) {
  met(of("ana"));
  met(of("bea", 2s));
  met(of("eva", 1s));
  EXPECT_EQ(names(), (Names{"bea", "eva", "ana"}));
  const auto bea = found("bea");
  EXPECT_EQ(names(false, {bea.place, bea.conversation}), (Names{"eva", "ana"}));
}

TEST_P(ConversationsTest, ThatAPersonHasComeFirstTheLongestBeforeTheOthers) {
  for (const auto* guest : {"ana", "bea", "eva"}) met(of(guest));
  open("eva", {.opened = now() + 1s, .reason = "human"});
  open("bea", {.opened = now(), .reason = "complaint", .urgent = true});
  met(of("eva", 5s));  // Writing again does not put him behind.
  EXPECT_EQ(names(), (Names{"bea", "eva", "ana"}));
  EXPECT_EQ(names(true), (Names{"bea", "eva"}));
}

TEST_P(ConversationsTest, KeepTheirHandoffUntilItIsClosed) {
  met(of("ana"));
  const Handoff handoff{.opened = now(),
                        .reason = "human",
                        .urgent = true,
                        .silent_until = now() + 1h,
                        .answered = now() + 1min};
  open("ana", handoff);
  met(of("ana", 1s));
  EXPECT_EQ(found("ana").handoff, handoff);
  write([&](Transaction& tx) {
    EXPECT_EQ(Conversations::handoff(tx, "hotel-sol", "chat||ana"), handoff);
    Conversations::close(tx, "hotel-sol", "chat||ana");
    EXPECT_EQ(Conversations::handoff(tx, "hotel-sol", "chat||ana"), std::nullopt);
  });
  EXPECT_EQ(found("ana").handoff, std::nullopt);
  EXPECT_EQ(names(true), Names{});
}

TEST_P(ConversationsTest, HaveTheirTurnsTheNewestFirstWhereTheWordsAreNotKeptAny) {
  TurnRow turn{.tenant = "hotel-sol",
               .conversation = "hash-ana",
               .channel = "chat",
               .message_id = "m1",
               .reference = "r1",
               .at = now()};
  write([&](Transaction& tx) {
    Conversations::add_turn(tx, turn);
    Conversations::add_turn(
        tx, {.tenant = "hotel-sol", .conversation = "hash-ana", .author = TurnAuthor::staff});
  });
  const auto turns = value_of(conversations_.turns("hotel-sol", "hash-ana", 0, 10));
  ASSERT_EQ(turns.size(), 2U);
  EXPECT_EQ(turns[0].author, TurnAuthor::staff);
  turn.id = turns[1].id;
  EXPECT_EQ(turns[1], turn);
  EXPECT_EQ(value_of(conversations_.turns("hotel-sol", "hash-ana", turns[0].id, 10)),
            std::vector{turn});
}

}  // namespace
}  // namespace conserje
