#include "store/guests.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

constexpr auto kNumber = "+34655010203";
constexpr auto kHidden = "ES.10293847561029384756";

class GuestsTest : public StoreTest {
 protected:
  static GuestAddress who(std::string address, std::vector<std::string> aliases = {},
                          std::string channel = "whatsapp") {
    return {"hotel-sol", std::move(channel), std::move(address), std::move(aliases)};
  }
  /// What the conversation does with each message.
  std::string write_from(const GuestAddress& address) {
    const auto guest = value_of(guests_.resolve(address));
    value_of(
        database_->transact([&](Transaction& tx) { guests_.wrote(tx, address, guest, now()); }));
    return guest;
  }
  std::optional<WallTime> last_inbound(const std::string& address) {
    return value_of(guests_.last_inbound("hotel-sol", "whatsapp", address));
  }

  Guests guests_{*database_};
};
ON_EVERY_DATABASE(GuestsTest);

TEST_P(GuestsTest, KnowsANewGuestByHisAddress) { EXPECT_EQ(write_from(who(kNumber)), kNumber); }

TEST_P(GuestsTest, KnowsAGuestAgainWhoComesWithAHiddenIdBesideHisNumber) {
  write_from(who(kNumber));
  EXPECT_EQ(write_from(who(kHidden, {kNumber})), kNumber);
  EXPECT_EQ(write_from(who(kHidden)), kNumber);
}

TEST_P(GuestsTest, KeepsTwoGuestsApartWhomAnAliasConnectsLater) {
  write_from(who(kNumber));
  write_from(who(kHidden));
  EXPECT_EQ(write_from(who(kHidden, {kNumber})), kHidden);
  EXPECT_EQ(write_from(who(kNumber)), kNumber);
}

TEST_P(GuestsTest, TakesBothFormsOfANumberForOne) {
  write_from(who("+5491155550001"));
  EXPECT_EQ(write_from(who("+541155550001")), "+541155550001");
}

TEST_P(GuestsTest, KeepsChannelsApart) {
  write_from(who(kNumber, {kHidden}));
  EXPECT_EQ(write_from(who(kHidden, {}, "waha")), kHidden);
}

TEST_P(GuestsTest, SaysWhenAGuestLastWroteFromWhicheverAddress) {
  EXPECT_EQ(last_inbound(kNumber), std::nullopt);
  write_from(who(kNumber, {kHidden}));
  const auto first = now();
  EXPECT_EQ(last_inbound(kHidden), first);
  clock_.advance(1h);
  write_from(who(kHidden));
  EXPECT_EQ(last_inbound(kNumber), first + 1h);
}

TEST_P(GuestsTest, TakesNoStepBackWhenAnOldMessageIsHandledLate) {
  write_from(who(kNumber));
  const auto late = now() - 1h;
  value_of(database_->transact(
      [&](Transaction& tx) { guests_.wrote(tx, who(kNumber), kNumber, late); }));
  EXPECT_EQ(last_inbound(kNumber), now());
}

}  // namespace
}  // namespace conserje
