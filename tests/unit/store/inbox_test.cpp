#include "store/inbox.hpp"

#include <future>
#include <map>
#include <set>
#include <thread>

#include "store/dead_letters.hpp"
#include "store_test.hpp"

namespace conserje {
namespace {

using ::testing::ElementsAre;

const std::string kAna = "whatsapp|1055|+541155550001";
const std::string kBob = "whatsapp|1055|+541155550002";

class InboxTest : public StoreTest {
 protected:
  InboxMessage message(const std::string& id, const std::string& lane = kAna) const {
    return {.tenant = "hotel-sol",
            .channel = "whatsapp",
            .message_id = id,
            .lane = lane,
            .payload = R"({"id":")" + id + "\"}",
            .correlation_id = "c-" + id,
            .received = now()};
  }

  std::int64_t accept(std::vector<InboxMessage> messages) {
    return accept_at(inbox_, std::move(messages));
  }
  static std::int64_t accept_at(Inbox& inbox, std::vector<InboxMessage> messages) {
    std::promise<Result<std::int64_t>> durable;
    auto waiting = durable.get_future();
    inbox.accept_all(std::move(messages), {},
                     [&durable](auto result) { durable.set_value(std::move(result)); });
    return value_of(waiting.get());
  }

  std::optional<LeasedMessage> lease(const std::string& owner = "host-1") {
    return value_of(inbox_.lease(owner, now(), 60s));
  }
  /// The id of the message that is leased next; "-": none is due.
  std::string lease_id(const std::string& owner = "host-1") {
    const auto leased = lease(owner);
    return leased ? leased->message.message_id : "-";
  }
  bool finish(const Lease& lease) {
    return value_of(
        database_->transact([&](Transaction& tx) { return inbox_.finish(tx, lease, now()); }));
  }
  bool retry(const Lease& lease, WallTime due) {
    return value_of(database_->transact([&](Transaction& tx) {
      return inbox_.retry(tx, lease, due, {ErrorClass::retry, "the PMS is away"});
    }));
  }

  int woken_ = 0;
  Inbox inbox_{*database_, [this] { ++woken_; }};
};
ON_EVERY_DATABASE(InboxTest);

TEST_P(InboxTest, GivesBackWhatItAccepted) {
  EXPECT_EQ(accept({message("A1")}), 1);
  const auto leased = lease("host-1");
  ASSERT_TRUE(leased);
  EXPECT_EQ(leased->message, message("A1"));
  EXPECT_EQ(leased->lease, (Lease{leased->lease.seq, "hotel-sol", kAna, "host-1", 1}));
}

TEST_P(InboxTest, AcceptsARedeliveryOnce) {
  EXPECT_EQ(accept({message("A1"), message("A2")}), 2);
  EXPECT_EQ(accept({message("A2"), message("A3"), message("A3")}), 1);
  EXPECT_EQ(value_of(inbox_.pending()), 3);
}

TEST_P(InboxTest, AcceptsNoRedeliveryOfAHandledMessage) {
  accept({message("A1")});
  finish(lease()->lease);
  EXPECT_EQ(accept({message("A1")}), 0);
  EXPECT_EQ(lease_id(), "-");
}

TEST_P(InboxTest, KeepsEqualIdsOfOtherChannelsAndTenantsApart) {
  auto of_other_channel = message("A1");
  of_other_channel.channel = "waha";
  auto of_other_tenant = message("A1");
  of_other_tenant.tenant = "hotel-luna";
  EXPECT_EQ(accept({message("A1"), of_other_channel, of_other_tenant}), 3);
}

TEST_P(InboxTest, AcceptsARedeliveryOnceWhateverTheConcurrency) {
  Inbox other(other_host());
  std::atomic<std::int64_t> stored = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i)
          stored += accept_at(t % 2 == 0 ? inbox_ : other, {message("A" + std::to_string(i))});
      });
  }
  EXPECT_EQ(stored, 20);
  EXPECT_EQ(value_of(inbox_.pending()), 20);
}

TEST_P(InboxTest, WakesAfterNewMessagesOnly) {
  accept({message("A1"), message("A2")});
  EXPECT_EQ(woken_, 1);
  accept({message("A1")});
  EXPECT_EQ(woken_, 1);
}

TEST_P(InboxTest, HandlesOneGuestInOrderAndAnotherMeanwhile) {
  accept({message("A1"), message("A2"), message("B1", kBob), message("A3")});
  const auto first = lease();
  EXPECT_EQ(first->message.message_id, "A1");
  EXPECT_EQ(lease_id(), "B1");
  EXPECT_EQ(lease_id(), "-");
  EXPECT_TRUE(finish(first->lease));
  EXPECT_EQ(lease_id(), "A2");
  EXPECT_EQ(lease_id(), "-");
}

TEST_P(InboxTest, AMessageThatWaitsHasNotFailed) {
  accept({message("A1"), message("A2")});
  const auto first = lease();
  EXPECT_TRUE(value_of(database_->transact(
      [&](Transaction& tx) { return inbox_.put_back(tx, first->lease, now() + 500ms); })));
  EXPECT_EQ(lease_id(), "-");
  clock_.advance(500ms);
  const auto again = lease();
  EXPECT_EQ(again->lease.attempt, 1);
  EXPECT_EQ(again->message.message_id, "A1");
}

TEST_P(InboxTest, KeepsOneGuestWaitingBehindARetry) {
  accept({message("A1"), message("A2")});
  const auto first = lease();
  EXPECT_TRUE(retry(first->lease, now() + 30s));
  EXPECT_EQ(lease_id(), "-");
  EXPECT_EQ(value_of(inbox_.next_due()), now() + 30s);
  clock_.advance(30s);
  const auto again = lease();
  EXPECT_EQ(again->message.message_id, "A1");
  EXPECT_EQ(again->lease.attempt, 2);
}

TEST_P(InboxTest, GivesAMessageToAnotherOwnerWhenTheLeaseRanOut) {
  accept({message("A1")});
  const auto lost = lease("host-1");
  clock_.advance(59'999ms);
  EXPECT_EQ(lease_id("host-2"), "-");
  clock_.advance(1ms);
  const auto taken = lease("host-2");
  ASSERT_TRUE(taken);
  EXPECT_FALSE(finish(lost->lease));
  EXPECT_TRUE(finish(taken->lease));
}

TEST_P(InboxTest, TellsTwoLeasesOfOneOwnerApart) {
  accept({message("A1")});
  const auto lost = lease("host-1");
  clock_.advance(60s);
  const auto again = lease("host-1");
  EXPECT_FALSE(finish(lost->lease));
  EXPECT_FALSE(retry(lost->lease, now()));
  EXPECT_FALSE(value_of(inbox_.extend(lost->lease, now() + 60s)));
  EXPECT_TRUE(finish(again->lease));
}

TEST_P(InboxTest, KeepsALeaseThatIsExtended) {
  accept({message("A1")});
  const auto leased = lease();
  EXPECT_TRUE(value_of(inbox_.extend(leased->lease, now() + 120s)));
  clock_.advance(119s);
  EXPECT_EQ(lease_id("host-2"), "-");
}

TEST_P(InboxTest, FinishesAMessageOnce) {
  accept({message("A1")});
  const auto leased = lease();
  EXPECT_TRUE(finish(leased->lease));
  EXPECT_FALSE(finish(leased->lease));
}

TEST_P(InboxTest, BuriesAMessageWithItsReasonAndGoesOnWithItsGuest) {
  accept({message("A1"), message("A2")});
  const auto leased = lease();
  const Error reason{ErrorClass::bug, "the handler threw"};
  EXPECT_TRUE(value_of(database_->transact(
      [&](Transaction& tx) { return inbox_.bury(tx, *leased, reason, now()); })));
  const auto letters = value_of(DeadLetters(*database_).list("hotel-sol", 0, 10));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0], (DeadLetterRow{.id = letters[0].id,
                                       .tenant = "hotel-sol",
                                       .kind = DeadLetterKind::message,
                                       .source = "A1",
                                       .reason = "the handler threw",
                                       .error_class = ErrorClass::bug,
                                       .payload = leased->message.payload,
                                       .attempts = 1,
                                       .created = now()}));
  EXPECT_EQ(lease_id(), "A2");
}

TEST_P(InboxTest, ResumesAtOnceAfterARestart) {
  accept({message("A1"), message("A2"), message("B1", kBob)});
  lease("host-1:a");
  lease("host-2:b");
  EXPECT_EQ(value_of(inbox_.release_all("host-1:", now())), 1);
  EXPECT_EQ(lease_id("host-1:c"), "A1");
  EXPECT_EQ(lease_id("host-1:c"), "-");
  EXPECT_EQ(value_of(inbox_.release_all("", now())), 2);
  EXPECT_EQ(lease_id("host-1:d"), "A1");
  EXPECT_EQ(lease_id("host-1:d"), "B1");
}

TEST_P(InboxTest, KeepsTheWaitOfARetryThroughARestart) {
  accept({message("A1")});
  retry(lease()->lease, now() + 30s);
  EXPECT_EQ(value_of(inbox_.release_all("", now())), 0);
  EXPECT_EQ(lease_id(), "-");
}

TEST_P(InboxTest, SaysWhenToAskAgain) {
  EXPECT_EQ(value_of(inbox_.next_due()), std::nullopt);
  accept({message("A1")});
  EXPECT_EQ(value_of(inbox_.next_due()), kAtOnce);
  lease();
  EXPECT_EQ(value_of(inbox_.next_due()), now() + 60s);
}

TEST_P(InboxTest, ServesTheGuestWhoWaitsLongest) {
  accept({message("B1", kBob)});
  clock_.advance(1ms);
  accept({message("A1")});
  clock_.advance(1ms);
  EXPECT_EQ(lease_id(), "B1");
  EXPECT_EQ(lease_id(), "A1");
}

/// Whoever floods us neither hides the others nor is lost: the flood is put off in pieces behind
/// its first message.
TEST_P(InboxTest, ServesOthersBesideAFloodOfOneGuest) {
  constexpr int kFlood = 5000;
  std::vector<InboxMessage> flood;
  for (int i = 0; i < kFlood; ++i) flood.push_back(message("A" + std::to_string(i)));
  accept(std::move(flood));
  accept({message("B1", kBob)});
  const auto first = lease();
  EXPECT_EQ(first->message.message_id, "A0");

  int asked = 0;
  std::string id = "-";
  while (id == "-" && asked < 10 && value_of(inbox_.next_due()) <= now()) {
    ++asked;
    id = lease_id();
  }
  EXPECT_EQ(id, "B1");
  EXPECT_EQ(lease_id(), "-");

  finish(first->lease);
  const auto second = lease();
  EXPECT_EQ(second->message.message_id, "A1");
  finish(second->lease);
  EXPECT_EQ(lease_id(), "A2");
}

/// A host that looks at a guest's next message while another one finishes the first must not put
/// the next one off behind it: nobody would come back for it before the lease has run out.
TEST_P(InboxTest, PutsNothingOffBehindAMessageThatAnotherHostIsFinishing) {
  accept({message("A1"), message("A2")});
  const auto first = lease();
  Inbox other(other_host());
  std::future<std::optional<LeasedMessage>> looking;
  const auto looks_or_waits = [&](Transaction& tx) {
    if (looking.wait_for(0s) == std::future_status::ready) return true;
    if (GetParam() == Backend::sqlite) return true;  // One writer: it comes after us.
    return tx.query("SELECT COUNT(*) AS waiting FROM pg_locks WHERE NOT granted")
               .front()
               .integer("waiting") > 0;
  };
  EXPECT_TRUE(value_of(database_->transact([&](Transaction& tx) {
    const bool finished = inbox_.finish(tx, first->lease, now());
    looking =
        std::async(std::launch::async, [&] { return value_of(other.lease("host-2", now(), 60s)); });
    while (!looks_or_waits(tx)) std::this_thread::yield();
    return finished;
  })));
  const auto next = looking.get();
  EXPECT_EQ(next ? next->message.message_id : lease_id(), "A2");
}

TEST_P(InboxTest, IsSharedByTwoHostsWithoutAMessageTwiceOrOutOfOrder) {
  constexpr int kGuests = 10;
  constexpr int kMessages = 10;
  std::vector<InboxMessage> all;
  for (int m = 0; m < kMessages; ++m)
    for (int g = 0; g < kGuests; ++g)
      all.push_back(
          message("G" + std::to_string(g) + "-" + std::to_string(m), "lane-" + std::to_string(g)));
  accept(std::move(all));

  Inbox other(other_host());
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> handled;
  std::set<std::string> in_hand;
  bool overlapped = false;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        Inbox& inbox = t % 2 == 0 ? inbox_ : other;
        Database& database = t % 2 == 0 ? *database_ : other_host();
        while (value_of(inbox.pending()) > 0) {
          const auto leased = value_of(inbox.lease("host-" + std::to_string(t), now(), 60s));
          if (!leased) continue;
          {
            const std::lock_guard lock(mutex);
            overlapped |= !in_hand.insert(leased->lease.lane).second;
            handled[leased->lease.lane].push_back(leased->message.message_id);
          }
          {
            const std::lock_guard lock(mutex);
            in_hand.erase(leased->lease.lane);
          }
          EXPECT_TRUE(value_of(database.transact(
              [&](Transaction& tx) { return inbox.finish(tx, leased->lease, now()); })));
        }
      });
  }
  EXPECT_FALSE(overlapped);
  std::map<std::string, std::vector<std::string>> expected;
  for (int g = 0; g < kGuests; ++g)
    for (int m = 0; m < kMessages; ++m)
      expected["lane-" + std::to_string(g)].push_back("G" + std::to_string(g) + "-" +
                                                      std::to_string(m));
  EXPECT_EQ(handled, expected);
}

}  // namespace
}  // namespace conserje
