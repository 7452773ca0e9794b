#include "store/outbox.hpp"

#include <future>

#include "store/dead_letters.hpp"
#include "store/inbox.hpp"
#include "store_test.hpp"

namespace conserje {
namespace {

const std::string kAna = "whatsapp|1055|+541155550001";

class OutboxTest : public StoreTest {
 protected:
  OutboxItem item(const std::string& reference) const {
    return {.tenant = "hotel-sol",
            .kind = OutboxKind::reply,
            .target = "whatsapp",
            .lane = kAna,
            .payload = R"({"text":"¡Hola!"})",
            .reference = reference,
            .correlation_id = "c-1",
            .cause = "A1",
            .created = now(),
            .expires = now() + 24h};
  }
  DeliveryStatusRow status(const std::string& word, const std::string& provider_id,
                           const std::string& reference = "") const {
    return {.tenant = "hotel-sol",
            .channel = "whatsapp",
            .provider_id = provider_id,
            .reference = reference,
            .status = word,
            .at = now(),
            .received = now(),
            .error_class = word == "failed" ? "permanent" : "",
            .error_code = word == "failed" ? "131047" : "",
            .error_text = word == "failed" ? "window closed" : ""};
  }

  template <class Work>
  auto in_transaction(Work work) {
    return value_of(database_->transact(std::move(work)));
  }
  bool add(const OutboxItem& item) {
    return in_transaction([&](Transaction& tx) { return outbox_.add(tx, item); });
  }
  std::optional<LeasedItem> lease() { return value_of(outbox_.lease("host-1", now(), 60s)); }
  bool mark_sending(const LeasedItem& leased) {
    return value_of(outbox_.mark_sending(leased.lease, now() + 5min));
  }
  bool mark_sent(const LeasedItem& leased, const std::string& provider_id) {
    return in_transaction(
        [&](Transaction& tx) { return outbox_.mark_sent(tx, leased, provider_id, now()); });
  }
  bool retry(const LeasedItem& leased, WallTime due) {
    return in_transaction([&](Transaction& tx) {
      return outbox_.retry(tx, leased.lease, due, {ErrorClass::retry, "503"});
    });
  }
  bool record(const DeliveryStatusRow& row) {
    return in_transaction([&](Transaction& tx) { return record_status(tx, row); });
  }
  /// Adds an item and sends it.
  LeasedItem send(const std::string& reference, const std::string& provider_id) {
    add(item(reference));
    auto leased = *lease();
    mark_sending(leased);
    mark_sent(leased, provider_id);
    return leased;
  }
  OutboxRow row(const std::string& reference) { return *value_of(outbox_.find(reference)); }
  std::string provider_status(const std::string& reference) {
    return row(reference).provider_status;
  }

  int woken_ = 0;
  Outbox outbox_{*database_, [this] { ++woken_; }};
};
ON_EVERY_DATABASE(OutboxTest);

TEST_P(OutboxTest, GivesBackWhatWasAdded) {
  EXPECT_TRUE(add(item("R1")));
  EXPECT_EQ(woken_, 1);
  const auto leased = lease();
  ASSERT_TRUE(leased);
  EXPECT_EQ(leased->item, item("R1"));
  EXPECT_EQ(leased->state, OutboxState::pending);
}

TEST_P(OutboxTest, AddsAReferenceOnce) {
  EXPECT_TRUE(add(item("R1")));
  EXPECT_FALSE(add(item("R1")));
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(value_of(outbox_.pending()), 1);
}

TEST_P(OutboxTest, AddsNothingWhenItsTransactionFails) {
  const auto result = database_->transact([&](Transaction& tx) -> Status {
    outbox_.add(tx, item("R1"));
    return Error{ErrorClass::cancelled, "the lease was lost"};
  });
  EXPECT_FALSE(result);
  EXPECT_EQ(value_of(outbox_.pending()), 0);
  EXPECT_EQ(woken_, 0);
}

TEST_P(OutboxTest, SendsOneGuestsRepliesInOrder) {
  add(item("R1"));
  add(item("R2"));
  const auto first = lease();
  EXPECT_EQ(first->item.reference, "R1");
  EXPECT_FALSE(lease());
  mark_sending(*first);
  EXPECT_FALSE(lease());
  EXPECT_TRUE(mark_sent(*first, "wamid.1"));
  EXPECT_EQ(lease()->item.reference, "R2");
}

TEST_P(OutboxTest, RecordsWhatWasSent) {
  const auto leased = send("R1", "wamid.1");
  EXPECT_EQ(row("R1"), (OutboxRow{.seq = leased.lease.seq,
                                  .item = item("R1"),
                                  .state = OutboxState::sent,
                                  .attempts = 1,
                                  .provider_id = "wamid.1"}));
  EXPECT_EQ(value_of(outbox_.pending()), 0);
}

TEST_P(OutboxTest, TriesAgainAtTheTimeItWasGiven) {
  add(item("R1"));
  const auto leased = lease();
  mark_sending(*leased);
  EXPECT_TRUE(retry(*leased, now() + 5s));
  EXPECT_FALSE(lease());
  clock_.advance(5s);
  const auto again = lease();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, OutboxState::pending);
  EXPECT_EQ(again->lease.attempt, 2);
  EXPECT_EQ(again->last_error, "503");
}

TEST_P(OutboxTest, LeasesAnUnknownOutcomeOnlyAfterItsWait) {
  add(item("R1"));
  mark_sending(*lease());
  clock_.advance(5min - 1ms);
  EXPECT_EQ(value_of(outbox_.release_all("", now())), 0);
  EXPECT_FALSE(lease());
  clock_.advance(1ms);
  const auto again = lease();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, OutboxState::sending);
}

TEST_P(OutboxTest, TakesAStatusAsProofThatAnUnknownOutcomeWasSent) {
  add(item("R1"));
  mark_sending(*lease());
  add(item("R2"));
  EXPECT_TRUE(record(status("sent", "wamid.1", "R1")));
  EXPECT_EQ(row("R1").state, OutboxState::sent);
  EXPECT_EQ(row("R1").provider_id, "wamid.1");
  EXPECT_EQ(lease()->item.reference, "R2");
}

TEST_P(OutboxTest, LearnsTheProvidersIdThoughAStatusWasFaster) {
  add(item("R1"));
  const auto leased = lease();
  mark_sending(*leased);
  record(status("delivered", "wamid.1", "R1"));
  EXPECT_TRUE(mark_sent(*leased, "wamid.1"));
  EXPECT_EQ(row("R1").state, OutboxState::sent);
  EXPECT_EQ(provider_status("R1"), "delivered");
}

TEST_P(OutboxTest, RefusesToSendOnALeaseThatWasLost) {
  add(item("R1"));
  const auto lost = lease();
  clock_.advance(60s);
  const auto taken = lease();
  EXPECT_FALSE(mark_sending(*lost));
  EXPECT_FALSE(mark_sent(*lost, "wamid.1"));
  EXPECT_FALSE(retry(*lost, now()));
  EXPECT_TRUE(mark_sending(*taken));
}

TEST_P(OutboxTest, BuriesAnItemWithItsReasonAndGoesOnWithItsLane) {
  auto event = item("E1");
  event.kind = OutboxKind::event;
  add(event);
  add(item("R2"));
  const auto leased = lease();
  const Error reason{ErrorClass::auth, "the endpoint refuses our signature"};
  EXPECT_TRUE(
      in_transaction([&](Transaction& tx) { return outbox_.bury(tx, *leased, reason, now()); }));
  EXPECT_EQ(row("E1").state, OutboxState::dead);
  const auto letters = value_of(DeadLetters(*database_).list("hotel-sol", 0, 10));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0], (DeadLetterRow{.id = letters[0].id,
                                       .tenant = "hotel-sol",
                                       .kind = DeadLetterKind::event,
                                       .source = "E1",
                                       .reason = reason.message,
                                       .error_class = ErrorClass::auth,
                                       .payload = event.payload,
                                       .attempts = 1,
                                       .created = now()}));
  EXPECT_EQ(lease()->item.reference, "R2");
}

TEST_P(OutboxTest, LetsAStatusOnlyRise) {
  send("R1", "wamid.1");
  const std::vector<std::string> heard{"sent", "read",   "delivered", "failed",
                                       "sent", "played", "read",      "odd"};
  std::vector<std::string> kept;
  for (const auto& word : heard) {
    record(status(word, "wamid.1"));
    kept.push_back(provider_status("R1"));
  }
  EXPECT_EQ(kept, (std::vector<std::string>{"sent", "read", "read", "read", "read", "played",
                                            "played", "played"}));
  EXPECT_EQ(row("R1").state, OutboxState::sent);
}

TEST_P(OutboxTest, MatchesTheReferenceBeforeTheProvidersId) {
  send("R1", "wamid.1");
  send("R2", "wamid.2");
  record(status("read", "wamid.1", "R2"));
  EXPECT_EQ(provider_status("R1"), "");
  EXPECT_EQ(provider_status("R2"), "read");
}

TEST_P(OutboxTest, MatchesTheProvidersIdOnItsOwnChannelOnly) {
  send("R1", "17");
  auto of_other_channel = status("read", "17");
  of_other_channel.channel = "waha";
  EXPECT_FALSE(record(of_other_channel));
  EXPECT_EQ(provider_status("R1"), "");
}

TEST_P(OutboxTest, ConnectsStatusesThatCameBeforeTheProvidersId) {
  add(item("R1"));
  const auto leased = lease();
  mark_sending(*leased);
  EXPECT_FALSE(record(status("read", "wamid.1")));
  EXPECT_FALSE(record(status("delivered", "wamid.1")));
  mark_sent(*leased, "wamid.1");
  EXPECT_EQ(provider_status("R1"), "read");
  const auto left = in_transaction([](Transaction& tx) {
    return tx.query("SELECT COUNT(*) AS n FROM delivery_statuses").front().integer("n");
  });
  EXPECT_EQ(left, 0);
}

TEST_P(OutboxTest, ForgetsStatusesOfForeignMessagesAfterAWeek) {
  record(status("read", "foreign-1"));
  clock_.advance(24h * 7 + 1ms);
  record(status("read", "foreign-2"));
  const auto kept = in_transaction([](Transaction& tx) {
    std::vector<std::string> ids;
    for (const auto row : tx.query("SELECT provider_id FROM delivery_statuses"))
      ids.push_back(row.text("provider_id"));
    return ids;
  });
  EXPECT_EQ(kept, std::vector<std::string>{"foreign-2"});
}

TEST_P(OutboxTest, WakesTheDeliveryWhenAStatusChangedItAndOnlyThen) {
  int woken = 0;
  Inbox inbox(*database_, {}, [&woken] { ++woken; });
  const auto accept = [&](const DeliveryStatusRow& row) {
    std::promise<void> durable;
    inbox.accept_all({}, {row}, [&durable](const auto&) { durable.set_value(); });
    durable.get_future().wait();
    return woken;
  };
  send("R1", "wamid.1");
  EXPECT_EQ(accept(status("failed", "foreign")), 0);
  EXPECT_EQ(accept(status("failed", "wamid.1")), 1);
  EXPECT_EQ(accept(status("failed", "wamid.1")), 1);
}

TEST_P(OutboxTest, GivesAMessageThatFailedAfterItWasSentBackToTheDispatcher) {
  send("R1", "wamid.1");
  record(status("sent", "wamid.1"));
  EXPECT_TRUE(record(status("failed", "wamid.1")));
  const auto leased = lease();
  ASSERT_TRUE(leased);
  EXPECT_EQ(leased->state, OutboxState::failed);
  EXPECT_EQ(leased->last_error, "permanent 131047: window closed");
}

TEST_P(OutboxTest, HearsASecondFailureAfterASecondTry) {
  send("R1", "wamid.1");
  record(status("failed", "wamid.1"));
  const auto again = lease();
  mark_sending(*again);
  mark_sent(*again, "wamid.2");
  EXPECT_EQ(row("R1").state, OutboxState::sent);
  EXPECT_TRUE(record(status("failed", "wamid.2")));
  EXPECT_EQ(row("R1").state, OutboxState::failed);
}

TEST_P(OutboxTest, KeepsAMessageSentWhenADeliveryOutruledItsFailure) {
  send("R1", "wamid.1");
  record(status("failed", "wamid.1"));
  record(status("delivered", "wamid.1"));
  EXPECT_EQ(row("R1").state, OutboxState::sent);
  EXPECT_FALSE(lease());
}

TEST_P(OutboxTest, RecordsStatusesThatComeWithADelivery) {
  send("R1", "wamid.1");
  Inbox inbox(*database_);
  std::promise<Result<std::int64_t>> durable;
  inbox.accept_all({}, {status("delivered", "wamid.1")},
                   [&durable](auto result) { durable.set_value(std::move(result)); });
  EXPECT_EQ(durable.get_future().get(), Result<std::int64_t>(0));
  EXPECT_EQ(provider_status("R1"), "delivered");
}

}  // namespace
}  // namespace conserje
