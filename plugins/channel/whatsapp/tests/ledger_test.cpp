// What went out, by the answers and by the statuses, whichever comes first; and what waits.
#include "ledger.hpp"

#include <gtest/gtest.h>

#include "pauses.hpp"

namespace conserje::whatsapp {
namespace {

using channel::DeliveryStatus;
using namespace std::chrono_literals;
using Id = std::optional<std::string>;

constexpr std::uint64_t kSecond = 1'000'000'000;  // ns

Part part(std::size_t number) { return {.reference = "r1", .number = number}; }

class ALedger : public testing::Test {
 protected:
  void hear(const std::string& status, const std::string& id, const std::string& data) {
    ledger.heard({.message_id = id, .status = status}, read_callback_data(data));
  }
  Ledger ledger{};
};

TEST(CallbackData, NamesThePartAndForTheLastOneTheMessage) {
  EXPECT_EQ(callback_data(part(0), 1), "r1");
  EXPECT_EQ(callback_data(part(0), 3), "r1/part:0");
  EXPECT_EQ(callback_data(part(2), 3), "r1");
  EXPECT_EQ(callback_data({.number = 0}, 3), "");
  EXPECT_EQ(read_callback_data("r1/part:12"), (CallbackData{.reference = "r1", .number = 12}));
  for (const auto* plain :
       {"", "r1", "r1/part:", "r1/part:1x", "r1/part:-1", "conserje:outbox:88123"})
    EXPECT_EQ(read_callback_data(plain), CallbackData{.reference = plain}) << plain;
}

TEST_F(ALedger, KnowsWhatWasAccepted) {
  EXPECT_EQ(ledger.id_of(part(0), 2), Id());
  ledger.accepted(part(0), "wamid.1", 0);
  EXPECT_EQ(ledger.id_of(part(0), 2), Id("wamid.1"));
  EXPECT_EQ(ledger.id_of(part(1), 2), Id());
  EXPECT_EQ(ledger.id_of({.reference = "r2"}, 1), Id());
}

TEST_F(ALedger, KnowsByItsStatusWhatWasAcceptedWithoutAnAnswer) {
  hear("sent", "wamid.1", "r1/part:0");
  hear("delivered", "wamid.2", "r1");
  EXPECT_EQ(ledger.id_of(part(0), 2), Id("wamid.1"));
  EXPECT_EQ(ledger.id_of(part(1), 2), Id("wamid.2"));
  hear("sent", "wamid.3", "");
  EXPECT_EQ(ledger.id_of({}, 1), Id());
}

TEST_F(ALedger, ForgetsWhatFailed) {
  ledger.accepted(part(0), "wamid.1", 0);
  ledger.accepted(part(1), "wamid.2", 0);
  hear("failed", "wamid.1", "r1/part:0");
  EXPECT_EQ(ledger.id_of(part(0), 2), Id());
  EXPECT_EQ(ledger.id_of(part(1), 2), Id());
  hear("sent", "wamid.2", "r1");  // Late, and of what is given up.
  EXPECT_EQ(ledger.id_of(part(0), 1), Id());
}

TEST_F(ALedger, KnowsWhatWentOutInItsPlace) {
  ledger.accepted(part(0), "wamid.1", 0);
  hear("failed", "wamid.1", "r1");
  ledger.accepted(part(0), "wamid.2", 0);  // As a template.
  hear("failed", "wamid.1", "r1");         // Again, as happens.
  hear("sent", "wamid.1", "r1");
  EXPECT_EQ(ledger.id_of(part(0), 1), Id("wamid.2"));
}

TEST_F(ALedger, BelievesAFailureThatIsFasterThanTheAnswer) {
  hear("failed", "wamid.1", "r1");
  ledger.accepted(part(0), "wamid.1", 0);
  EXPECT_EQ(ledger.id_of(part(0), 1), Id());
}

TEST_F(ALedger, TakesBackWhatWasKept) {
  ledger.restore(part(0), "wamid.1");
  ledger.restore(part(1), "");
  EXPECT_EQ(ledger.id_of(part(0), 3), Id("wamid.1"));
  EXPECT_EQ(ledger.id_of(part(1), 3), Id());
  hear("sent", "wamid.2", "r1/part:1");
  ledger.restore(part(0), "wamid.9");  // Known already.
  EXPECT_EQ(ledger.id_of(part(0), 3), Id("wamid.1"));
  hear("failed", "wamid.2", "r1/part:1");
  ledger.restore(part(0), "wamid.1");
  EXPECT_EQ(ledger.id_of(part(0), 3), Id());
}

TEST_F(ALedger, IsUnheardAfterTwoMessagesOfWhichNothingIsTold) {
  ledger.accepted(part(0), "wamid.1", 0);
  EXPECT_FALSE(ledger.is_unheard(1'000'000, 600'000));  // One may have its own reasons.
  ledger.accepted(part(1), "wamid.2", 100'000);
  EXPECT_FALSE(ledger.is_unheard(700'000, 600'000));
  EXPECT_TRUE(ledger.is_unheard(700'001, 600'000));
  ledger.heard();
  EXPECT_FALSE(ledger.is_unheard(9'000'000, 600'000));
}

// ---- Limits.

TEST(APause, HoldsUpTheGuestThatItIsAbout) {
  Pauses pauses;
  EXPECT_EQ(pauses.wait("+1", kSecond), std::nullopt);
  pauses.refused(Limit::one_guest, "+1", 4s, kSecond);
  EXPECT_EQ(pauses.wait("+1", 2 * kSecond), Pauses::Wait(3'000));
  EXPECT_EQ(pauses.wait("+2", 2 * kSecond), std::nullopt);
  EXPECT_EQ(pauses.wait("+1", 5 * kSecond), std::nullopt);
}

TEST(APause, OfOurNumberHoldsUpEverybodyOneBehindTheOther) {
  Pauses pauses;
  pauses.refused(Limit::our_number, "+1", 10s, 0);
  EXPECT_EQ(pauses.wait("+1", kSecond), Pauses::Wait(9'000));
  EXPECT_EQ(pauses.wait("+2", kSecond), Pauses::Wait(9'013));
  EXPECT_EQ(pauses.wait("+3", kSecond), Pauses::Wait(9'025));
  EXPECT_EQ(pauses.wait("+4", 10 * kSecond), std::nullopt);
}

TEST(APause, IsNotMadeByAnythingElse) {
  Pauses pauses;
  pauses.refused(Limit::none, "+1", 10s, 0);
  EXPECT_EQ(pauses.wait("+1", 0), std::nullopt);
}

TEST(APause, IsNotShortenedByALaterRefusal) {
  Pauses pauses;
  pauses.refused(Limit::our_number, "+1", 60s, 0);
  pauses.refused(Limit::our_number, "+1", 10s, 0);
  EXPECT_EQ(pauses.wait("+1", 0), Pauses::Wait(60'000));
}

}  // namespace
}  // namespace conserje::whatsapp
