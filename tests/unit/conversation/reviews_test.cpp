#include "conversation/reviews.hpp"

#include "worker_test.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

const Reviews kReviews{.links = {{"Google", "https://g.example/r"}}};
const Hotel kHotel{.name = "Hotel Sol", .check_out = 11h};
const Date kLastDay = *parse_date("2026-12-12");

ReviewVerdict on(const std::string& day, Millis time,
                 const std::optional<ConversationRow>& conversation = {}) {
  return review_verdict(kReviews, kHotel,
                        {.created = WallTime(1'000ms), .last_day = format_date(kLastDay)},
                        conversation, {*parse_date(day), time});
}

TEST(ReviewVerdict, AsksADayAfterTheCheckOutAndNotLong) {
  EXPECT_EQ(on("2026-12-13", 11h - 1ms), ReviewVerdict::later);
  EXPECT_EQ(on("2026-12-13", 11h), ReviewVerdict::ask);
  EXPECT_EQ(on("2026-12-16", 11h - 1ms), ReviewVerdict::ask);
  EXPECT_EQ(on("2026-12-16", 11h), ReviewVerdict::missed);
}

TEST(ReviewVerdict, CountsFromTheEndOfATablesTime) {
  const pms::Reservation table{.stay = {.check_in = "2026-12-12",
                                        .check_out = "2026-12-12",
                                        .date_time = "2026-12-12T21:00",
                                        .duration_minutes = 120}};
  const ReservationRow dinner{.data = encode(table), .last_day = "2026-12-12"};
  const auto at = [&](Millis time) {
    return review_verdict(kReviews, kHotel, dinner, {}, {*parse_date("2026-12-13"), time});
  };
  EXPECT_EQ(at(23h - 1ms), ReviewVerdict::later);
  EXPECT_EQ(at(23h), ReviewVerdict::ask);
}

TEST(ReviewVerdict, NeverAsksWhoComplainedSinceHeReserved) {
  EXPECT_EQ(on("2026-12-13", 11h, ConversationRow{.complained = WallTime(1'000ms)}),
            ReviewVerdict::complained);
  EXPECT_EQ(on("2026-12-13", 11h, ConversationRow{.complained = WallTime(999ms)}),
            ReviewVerdict::ask);
}

TEST(ReviewVerdict, LeavesWhoTalksToAPerson) {
  const ConversationRow handed_off{.handoff = Handoff{}};
  EXPECT_EQ(on("2026-12-13", 11h, handed_off), ReviewVerdict::later);
  EXPECT_EQ(on("2026-12-16", 11h, handed_off), ReviewVerdict::missed);
}

TEST(ReviewVerdict, AsksNobodyWhoseStayIsNotKnown) {
  EXPECT_EQ(review_verdict(kReviews, kHotel, {}, {}, {kLastDay, 12h}), ReviewVerdict::missed);
}

TEST(ReviewRequest, SpeaksOfWhatTheGuestHad) {
  const auto key = [](const pms::Stay& stay) {
    return review_request(kReviews, kHotel, {.data = encode(pms::Reservation{.stay = stay})})
        .front()
        .key;
  };
  EXPECT_EQ(key({.check_in = "2026-12-10", .check_out = "2026-12-12"}), "review.ask");
  EXPECT_EQ(key({.check_in = "2026-12-12", .date_time = "2026-12-12T21:00"}), "table.review.ask");
}

class ReviewRequestsTest : public WorkerTest {
 protected:
  ReviewRequestsTest() {
    pipeline_.hotel.check_out = 11h;
    pipeline_.reviews = kReviews;
  }
  /// A stay that ended `ago` days before today, of the guest with this number.
  void stayed(int ago, const std::string& guest = "+34600", const std::string& room = "") {
    const auto today = std::chrono::sys_days(local_time(now(), "UTC").date);
    value_of(database_->transact([&](Transaction& tx) {
      reservations_->save(tx, {.reference = "CJ-" + guest + room,
                               .tenant = "hotel-sol",
                               .lane = "whatsapp|1055|" + guest,
                               .state = ReservationState::confirmed,
                               .created = now() - Millis(24h),
                               .last_day = format_date(Date(today - std::chrono::days(ago)))});
    }));
  }
  std::size_t ask() { return value_of(requests_.ask()); }
  /// What became of asking, by reservation.
  std::vector<std::string> reviews() {
    return value_of(database_->read([](Transaction& tx) {
      std::vector<std::string> out;
      for (const auto& row : tx.query("SELECT review FROM reservations ORDER BY reference"))
        out.push_back(row.text("review"));
      return out;
    }));
  }
  WallTime now() const { return pms_.clock.now(); }

  ReviewRequests requests_{{.database = *database_,
                            .outbox = *outbox_,
                            .pipeline = pipeline_,
                            .texts = *texts_,
                            .clock = pms_.clock}};
};

TEST_F(ReviewRequestsTest, AskOnceInTheGuestsLanguage) {
  receive("m1");
  hear("greeting");
  EXPECT_TRUE(step());
  stayed(3);
  EXPECT_EQ(ask(), 1U);
  EXPECT_EQ(ask(), 0U);
  EXPECT_EQ(leaving().back(),
            "Thank you for staying at Hotel Sol. Would you tell others how it was?\n"
            "Google: https://g.example/r");
  EXPECT_EQ(recipients().back(), "whatsapp +34600 Thank");
}

TEST_F(ReviewRequestsTest, AskNobodyWhoComplained) {
  stayed(3);
  receive("m1");
  hear("complaint");
  EXPECT_TRUE(step());
  EXPECT_EQ(ask(), 0U);
  EXPECT_EQ(reviews(), (std::vector<std::string>{"complained"}));
}

TEST_F(ReviewRequestsTest, AskOnceWhoHadSeveralRooms) {
  stayed(3, "+34600", "-1");
  stayed(3, "+34600", "-2");
  EXPECT_EQ(ask(), 1U);
  EXPECT_EQ(leaving().size(), 1U);
  EXPECT_EQ(reviews(), (std::vector<std::string>{"asked", "asked"}));
}

TEST_F(ReviewRequestsTest, WriteWhereTheGuestsChannelOnlySpeaks) {
  confirm_by_sms();
  stayed(3, "+34655010203");
  EXPECT_EQ(ask(), 1U);
  EXPECT_EQ(recipients(), (std::vector<std::string>{"sms +34655010203 Thank"}));
}

TEST_F(ReviewRequestsTest, LookAtThoseWhoWereMissedOnlyOnce) {
  stayed(5);
  EXPECT_EQ(ask(), 0U);
  EXPECT_EQ(reviews(), (std::vector<std::string>{"missed"}));
}

TEST_F(ReviewRequestsTest, AskNobodyTooEarlyOrTooLate) {
  stayed(0);
  stayed(9, "+34700");
  EXPECT_EQ(ask(), 0U);
}

TEST_F(ReviewRequestsTest, AskNobodyWhereTheHotelWantsNone) {
  pipeline_.reviews.reset();
  stayed(3);
  EXPECT_EQ(ask(), 0U);
}

}  // namespace
}  // namespace conserje
