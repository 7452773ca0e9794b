#include "mock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <latch>
#include <thread>
#include <vector>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::mock {
namespace {

using namespace std::chrono_literals;
using Answer = Result<pms::ReservationAnswer>;

const char* const kConfig = R"({
  "currency": "EUR",
  "rooms": [
    {"type": "single", "name": "Single room", "capacity": 1, "count": 1, "price_minor": 5000},
    {"type": "double", "name": "Double room", "capacity": 2, "count": 1, "price_minor": 8000,
     "weekend_surcharge_minor": 1000}
  ]})";

/// The fake host's clock says 2026-01-01.
const pms::Stay kStay{.check_in = "2026-03-10", .check_out = "2026-03-12", .adults = 2};

pms::ReservationRequest request(const std::string& reference) {
  return {.reference = reference,
          .guest_name = "Ana Pérez",
          .guest_key = "+34600111222",
          .room_type = "double",
          .stay = kStay};
}

pms::Reservation reservation(const std::string& id, const std::string& reference) {
  return {.id = id,
          .reference = reference,
          .state = "confirmed",
          .guest_name = "Ana Pérez",
          .guest_key = "+34600111222",
          .room_type = "double",
          .room_name = "Double room",
          .stay = kStay,
          .total = {16000, "EUR"},
          .created_at_ms = 1'767'225'600'000};
}

Answer done(const pms::Reservation& made) { return pms::ReservationAnswer{"done", made}; }
Answer refused(const std::string& text) { return Error{ErrorClass::permanent, text}; }
const Answer kNoAvailability = pms::ReservationAnswer{"no_availability"};
const Answer kNotFound = pms::ReservationAnswer{"not_found"};

class MockHotel : public testing::Test {
 protected:
  MockHotel() { open(); }

  /// Opens the hotel as a new process would: the memory is gone, the host's storage is not.
  void open(const Json& changes = Json::object()) {
    auto config = Json::parse(kConfig);
    config.update(changes);
    auto made = Mock::create(fake_.host(), config);
    ASSERT_TRUE(made) << made.error().message;
    mock_ = *std::move(made);
    ASSERT_TRUE(mock_->start(call()));
  }

  testkit::FakeCall call(const std::string& key = "") { return testkit::FakeCall(fake_, 10s, key); }
  Answer book(const std::string& reference, const std::string& key) {
    return mock_->create(call(key), request(reference));
  }
  std::int64_t doubles_left() {
    const auto found = mock_->availability(call(), {.stay = kStay, .room_type = "double"});
    return found && !found->offers.empty() ? found->offers[0].available : 0;
  }

  testkit::FakeHost fake_;
  std::unique_ptr<Mock> mock_;
};

Json schema() {
  std::ifstream file(CONSERJE_PLUGIN_FOLDER "/config.schema.json");
  return Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(MockConfig, FitsTheSchemasExample) {
  const Config expected{
      .currency = "EUR",
      .rooms = {{.type = "double",
                 .name = "Double room",
                 .description = "Queen bed, garden view",
                 .capacity = 2,
                 .count = 5,
                 .price_minor = 9000,
                 .weekend_surcharge_minor = 1500}},
      .restaurant =
          {.tables =
               {{.area = "terrace", .name = "Terrace", .seats = 4, .min_party = 2, .count = 5}},
           .services = {{{}, {}, {}, {}, {}, {}, {{13h, 15h + 30min}, {20h, 23h + 30min}}}},
           .closed = {2026y / 12 / 25},
           .slot_minutes = 15,
           .turn_minutes = 90},
      .max_nights = 30,
      .seed = 7000,
      .persist = true,
      .faults = {{.method = "create",
                  .every = 3,
                  .times = 2,
                  .error = "deadline",
                  .delay_ms = 250,
                  .after_write = true}}};
  const auto read = decode_config<Config>(schema()["examples"][0]);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, expected);
}

TEST(MockCreate, OpensTheHotelThatTheSchemaHasByDefault) {
  testkit::FakeHost fake;
  const auto made =
      Mock::create(fake.host(), {{"rooms", schema()["properties"]["rooms"]["default"]}});
  ASSERT_TRUE(made);
  const auto found = (*made)->availability(testkit::FakeCall(fake), {.stay = kStay});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offers.size(), 2U);  // The two that hold two.
}

TEST(MockCreate, RefusesTwoRoomsOfOneType) {
  testkit::FakeHost fake;
  auto config = Json::parse(kConfig);
  config["rooms"].push_back(config["rooms"][0]);
  const auto made = Mock::create(fake.host(), config);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), (Error{ErrorClass::config, "config: rooms: single is there twice"}));
}

TEST_F(MockHotel, MakesAReservation) {
  EXPECT_EQ(book("HS-1", "msg-1"), done(reservation("M-1001", "HS-1")));
  EXPECT_EQ(doubles_left(), 0);
}

TEST_F(MockHotel, NumbersFromItsSeed) {
  open({{"seed", 41}});
  EXPECT_EQ(book("HS-1", "msg-1"), done(reservation("M-42", "HS-1")));
}

TEST_F(MockHotel, ReturnsTheReservationThatExistsForTheSameKey) {
  const auto first = book("HS-1", "msg-1");
  EXPECT_EQ(book("HS-1", "msg-1"), first);
}

TEST_F(MockHotel, ReturnsTheReservationThatExistsForTheSameReferenceUnderAnotherKey) {
  const auto first = book("HS-1", "msg-1");
  EXPECT_EQ(book("HS-1", "msg-2"), first);
}

TEST_F(MockHotel, TakesTheReferenceForTheKeyWhenThereIsNone) {
  const auto first = book("HS-1", "");
  EXPECT_EQ(book("HS-1", ""), first);
}

TEST_F(MockHotel, RefusesAnotherRequestUnderTheSameKey) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  auto other = request("HS-1");
  other.guest_key = "+34600999999";
  EXPECT_EQ(mock_->create(call("msg-1"), other),
            refused("the idempotency key or the reference belongs to another request"));
}

TEST_F(MockHotel, RefusesAnotherRequestWithTheSameReference) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  auto other = request("HS-1");
  other.guest_name = "Bo Li";
  EXPECT_EQ(mock_->create(call("msg-2"), other),
            refused("the idempotency key or the reference belongs to another request"));
}

TEST_F(MockHotel, SaysNoAvailabilityWhenItIsSoldOut) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  EXPECT_EQ(book("HS-2", "msg-2"), kNoAvailability);
}

TEST_F(MockHotel, SaysNoAvailabilityForAPartyThatTheRoomDoesNotHold) {
  auto party = request("HS-1");
  party.stay.children = 1;
  EXPECT_EQ(mock_->create(call("msg-1"), party), kNoAvailability);
}

TEST_F(MockHotel, RefusesARoomThatItDoesNotHave) {
  auto suite = request("HS-1");
  suite.room_type = "suite";
  EXPECT_EQ(mock_->create(call("msg-1"), suite), refused("room_type: there is no suite"));
}

TEST_F(MockHotel, RefusesAPriceThatIsNotItsOwn) {
  auto cheap = request("HS-1");
  cheap.expected_total = pms::Money{100, "EUR"};
  EXPECT_EQ(mock_->create(call("msg-1"), cheap),
            refused("expected_total: the price is another one now"));
}

TEST_F(MockHotel, TakesAStayThatBeginsYesterdayWhileItIsYesterdaySomewhere) {
  auto late = request("HS-1");
  late.stay = {.check_in = "2025-12-31", .check_out = "2026-01-02", .adults = 2};
  fake_.now_ms += std::chrono::milliseconds(12h).count() - 1;
  EXPECT_TRUE(mock_->create(call("msg-1"), late));
}

TEST_F(MockHotel, RefusesAStayInThePast) {
  auto late = request("HS-1");
  late.stay = {.check_in = "2025-12-31", .check_out = "2026-01-02", .adults = 2};
  fake_.now_ms += std::chrono::milliseconds(12h).count();
  EXPECT_EQ(mock_->create(call("msg-1"), late), refused("stay: it begins in the past"));
}

TEST_F(MockHotel, SellsTheLastRoomOnceToManyAtTheSameTime) {
  constexpr int kGuests = 8;
  std::atomic<int> booked = 0;
  std::atomic<int> turned_away = 0;
  std::latch together(kGuests);
  {
    std::vector<std::jthread> guests;
    for (int guest = 0; guest < kGuests; ++guest)
      guests.emplace_back([&, name = "HS-" + std::to_string(guest)] {
        together.arrive_and_wait();
        const auto answer = book(name, name);
        if (answer && answer->outcome == "done") ++booked;
        if (answer == kNoAvailability) ++turned_away;
      });
  }
  EXPECT_EQ(booked, 1);
  EXPECT_EQ(turned_away, kGuests - 1);
}

TEST_F(MockHotel, RetrievesByIdAndByReference) {
  const auto made = book("HS-1", "msg-1");
  EXPECT_EQ(mock_->retrieve(call(), {.id = "M-1001"}), made);
  EXPECT_EQ(mock_->retrieve(call(), {.reference = "HS-1"}), made);
  EXPECT_EQ(mock_->retrieve(call(), {.reference = "HS-2"}), kNotFound);
  EXPECT_EQ(mock_->retrieve(call(), {}), refused("id or reference: one is needed"));
}

TEST_F(MockHotel, FindsAGuestsReservations) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  EXPECT_EQ(mock_->find(call(), {.guest_key = "+34600111222"}),
            (Result<pms::ReservationList>({{reservation("M-1001", "HS-1")}})));
  EXPECT_EQ(mock_->find(call(), {.guest_key = "+34600111222", .from = "2026-03-13"}),
            Result<pms::ReservationList>(pms::ReservationList{}));
}

TEST_F(MockHotel, ListsArrivals) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  EXPECT_EQ(mock_->arrivals(call(), {.from = "2026-03-10", .to = "2026-03-11"}),
            (Result<pms::ReservationList>({{reservation("M-1001", "HS-1")}})));
  EXPECT_EQ(mock_->arrivals(call(), {.from = "2026-03-09", .to = "2026-03-10"}),
            Result<pms::ReservationList>(pms::ReservationList{}));
}

TEST_F(MockHotel, MovesAStayOntoNightsThatAreItsOwn) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  auto moved = reservation("M-1001", "HS-1");
  moved.stay = {.check_in = "2026-03-11", .check_out = "2026-03-14", .adults = 2};
  moved.total.amount_minor = 25000;  // One Friday night.
  EXPECT_EQ(mock_->modify(call(), {.id = "M-1001", .stay = moved.stay}), done(moved));
}

TEST_F(MockHotel, LeavesAReservationAsItIsWhenTheNewNightsAreSoldOut) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  auto later = request("HS-2");
  later.stay = {.check_in = "2026-03-12", .check_out = "2026-03-13", .adults = 2};
  ASSERT_TRUE(mock_->create(call("msg-2"), later));
  EXPECT_EQ(mock_->modify(call(), {.id = "M-1002", .stay = kStay}), kNoAvailability);
  EXPECT_EQ(mock_->retrieve(call(), {.id = "M-1002"})->reservation->stay, later.stay);
}

TEST_F(MockHotel, ChangesTheRoomAndItsPrice) {
  auto alone = request("HS-1");
  alone.stay.adults = 1;
  ASSERT_TRUE(mock_->create(call("msg-1"), alone));
  auto moved = reservation("M-1001", "HS-1");
  moved.stay.adults = 1;
  moved.room_type = "single";
  moved.room_name = "Single room";
  moved.total.amount_minor = 10000;
  EXPECT_EQ(mock_->modify(call(), {.id = "M-1001", .room_type = "single"}), done(moved));
  EXPECT_EQ(doubles_left(), 1);
}

TEST_F(MockHotel, LetsAGuestWhoIsInTheHouseStayLonger) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  fake_.now_ms += std::chrono::milliseconds(24h * 69).count();  // 2026-03-11
  auto longer = kStay;
  longer.check_out = "2026-03-13";
  const auto answer = mock_->modify(call(), {.id = "M-1001", .stay = longer});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->reservation->total, (pms::Money{24000, "EUR"}));
}

TEST_F(MockHotel, DoesNotModifyWhatIsNotThere) {
  EXPECT_EQ(mock_->modify(call(), {.id = "M-1001", .guest_name = "Bo Li"}), kNotFound);
}

TEST_F(MockHotel, CancelsTwiceAsWellAsOnce) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  auto cancelled = reservation("M-1001", "HS-1");
  cancelled.state = "cancelled";
  EXPECT_EQ(mock_->cancel_reservation(call(), {.id = "M-1001"}), done(cancelled));
  EXPECT_EQ(mock_->cancel_reservation(call(), {.reference = "HS-1"}), done(cancelled));
  EXPECT_EQ(mock_->cancel_reservation(call(), {.id = "M-9"}), kNotFound);
  EXPECT_EQ(doubles_left(), 1);
}

TEST_F(MockHotel, DoesNotModifyACancelledReservation) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  ASSERT_TRUE(mock_->cancel_reservation(call(), {.id = "M-1001"}));
  EXPECT_EQ(mock_->modify(call(), {.id = "M-1001", .guest_name = "Bo Li"}), kNotFound);
}

TEST_F(MockHotel, FailsBeforeTheReservationIsMadeAndTakesTheRetry) {
  open({{"faults", {{{"method", "create"}, {"times", 1}, {"error", "retry"}}}}});
  EXPECT_EQ(book("HS-1", "msg-1"),
            Answer(Error{ErrorClass::retry, "mock: this fault is configured"}));
  EXPECT_EQ(doubles_left(), 1);
  EXPECT_EQ(book("HS-1", "msg-1"), done(reservation("M-1001", "HS-1")));
}

TEST_F(MockHotel, LosesTheAnswerOfAReservationThatIsMade) {
  open({{"faults",
         {{{"method", "create"}, {"times", 1}, {"error", "deadline"}, {"after_write", true}}}}});
  EXPECT_EQ(book("HS-1", "msg-1"),
            Answer(Error{ErrorClass::deadline, "mock: this fault is configured"}));
  EXPECT_EQ(mock_->retrieve(call(), {.reference = "HS-1"}), done(reservation("M-1001", "HS-1")));
  EXPECT_EQ(book("HS-1", "msg-1"), done(reservation("M-1001", "HS-1")));
}

TEST_F(MockHotel, ForgetsEverythingWhenItIsNotToldToPersist) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  open();
  EXPECT_EQ(mock_->retrieve(call(), {.reference = "HS-1"}), kNotFound);
  EXPECT_TRUE(fake_.kv.empty());
}

TEST_F(MockHotel, KeepsItsBookAcrossARestart) {
  open({{"persist", true}});
  ASSERT_TRUE(book("HS-1", "msg-1"));
  ASSERT_TRUE(mock_->modify(call(), {.id = "M-1001", .guest_name = "Ana P."}));
  open({{"persist", true}});
  auto kept = reservation("M-1001", "HS-1");
  kept.guest_name = "Ana P.";
  EXPECT_EQ(book("HS-1", "msg-1"), done(kept));
  ASSERT_TRUE(mock_->cancel_reservation(call(), {.id = "M-1001"}));
  EXPECT_EQ(book("HS-2", "msg-2"), done(reservation("M-1002", "HS-2")));
}

TEST_F(MockHotel, SaysSoWhenAnotherHotelWritesToTheSameStorage) {
  open({{"persist", true}});
  const auto other = *Mock::create(fake_.host(), [] {
    auto config = Json::parse(kConfig);
    config["persist"] = true;
    return config;
  }());
  ASSERT_TRUE(other->create(call("msg-1"), request("HS-1")));
  EXPECT_EQ(book("HS-2", "msg-2"),
            Answer(Error{ErrorClass::retry, "mock: the stored book changed beside this one"}));
  EXPECT_EQ(book("HS-2", "msg-2"), kNoAvailability);
}

TEST_F(MockHotel, DoesNotStartOnABookThatItCannotRead) {
  fake_.kv["reservation/M-1"] = {R"({"reservation":3})", 1};
  auto config = Json::parse(kConfig);
  config["persist"] = true;
  const auto mock = *Mock::create(fake_.host(), config);
  const auto started = mock->start(call());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().error_class, ErrorClass::config);
  EXPECT_THAT(started.error().message, testing::StartsWith("mock: stored reservation/M-1: "));
}

TEST_F(MockHotel, TellsHowManyReservationsItHolds) {
  ASSERT_TRUE(book("HS-1", "msg-1"));
  EXPECT_EQ(mock_->health(), (Health{.state = "ok", .detail = "reservations: 1"}));
}

TEST_F(MockHotel, AnswersThroughItsMethods) {
  const std::string head = encode(request("HS-1"));
  const auto reply = mock_->invoke(call("msg-1"), {.method = pms::method::create, .head = head});
  ASSERT_TRUE(reply);
  EXPECT_EQ(decode<pms::ReservationAnswer>(reply->head), done(reservation("M-1001", "HS-1")));
}

/// One table for four, at dinner on Fridays.
class MockRestaurant : public MockHotel {
 protected:
  MockRestaurant() { open(kRestaurant); }

  static pms::Stay at(const std::string& time) {
    return {.check_in = "2026-03-13",
            .check_out = "2026-03-13",
            .adults = 4,
            .date_time = "2026-03-13T" + time};
  }
  Answer book_at(const std::string& time, const std::string& reference) {
    auto wanted = request(reference);
    wanted.room_type = "indoor";
    wanted.stay = at(time);
    return mock_->create(call(reference), wanted);
  }
  std::vector<std::string> left_at(const std::string& time, const std::string& moves = "") {
    const auto found = mock_->tables(call(), {.stay = at(time), .moves = moves});
    std::vector<std::string> times;
    if (!found) return {found.error().message};
    for (const auto& offer : found->offers) times.push_back(offer.date_time.substr(11));
    for (const auto& offer : found->others) times.push_back("or " + offer.date_time.substr(11));
    return times;
  }

  static inline const Json kRestaurant = Json::parse(R"({"restaurant": {
      "tables": [{"area": "indoor", "name": "Salón", "seats": 4, "count": 1}],
      "services": {"fri": ["20:00-22:00"]}, "slot_minutes": 60, "turn_minutes": 120}})");
};

TEST_F(MockRestaurant, ReservesATable) {
  const auto made = book_at("20:00", "R-1");
  ASSERT_TRUE(made);
  auto expected = reservation("M-1001", "R-1");
  expected.room_type = "indoor";
  expected.room_name = "Salón";
  expected.stay = at("20:00");
  expected.stay.duration_minutes = 120;
  expected.total = {0, "EUR"};
  EXPECT_EQ(made, done(expected));
}

TEST_F(MockRestaurant, SellsATableOnceAtATime) {
  ASSERT_TRUE(book_at("20:00", "R-1"));
  EXPECT_EQ(book_at("21:00", "R-2"), kNoAvailability);
  EXPECT_EQ(left_at("21:00"), (std::vector<std::string>{"or 22:00"}));
}

TEST_F(MockRestaurant, MovesAReservationThatIsInItsOwnWay) {
  ASSERT_TRUE(book_at("20:00", "R-1"));
  EXPECT_EQ(left_at("21:00", "M-1001"), (std::vector<std::string>{"21:00"}));
  const auto moved = mock_->modify(call("k"), {.id = "M-1001", .stay = at("21:00")});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->outcome, "done");
  EXPECT_EQ(left_at("20:00"), (std::vector<std::string>{}));
}

TEST_F(MockRestaurant, FreesTheTableOfWhoCancels) {
  ASSERT_TRUE(book_at("20:00", "R-1"));
  ASSERT_TRUE(mock_->cancel_reservation(call("c"), {.reference = "R-1"}));
  EXPECT_EQ(left_at("20:00"), (std::vector<std::string>{"20:00"}));
}

TEST_F(MockRestaurant, RemembersWhoSitsWhereAfterARestart) {
  auto config = kRestaurant;
  config["persist"] = true;
  open(config);
  ASSERT_TRUE(book_at("20:00", "R-1"));
  open(config);
  EXPECT_EQ(left_at("20:00"), (std::vector<std::string>{"or 22:00"}));
}

TEST_F(MockRestaurant, RefusesToMakeNightsOfATable) {
  ASSERT_TRUE(book_at("20:00", "R-1"));
  EXPECT_EQ(mock_->modify(call("k"), {.id = "M-1001", .stay = kStay}),
            refused("stay: nights do not become a table, nor a table nights"));
}

TEST_F(MockRestaurant, ListsAGuestsTables) {
  ASSERT_TRUE(book_at("20:00", "R-1"));
  const auto found = mock_->find(call(), {.guest_key = "+34600111222", .from = "2026-03-13"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->reservations.size(), 1U);
  EXPECT_EQ(found->reservations[0].stay.date_time, "2026-03-13T20:00");
}

TEST_F(MockHotel, HasNoTables) {
  const auto found = mock_->tables(
      call(), {.stay = {.check_in = "2026-03-13", .check_out = "2026-03-13", .adults = 4}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().error_class, ErrorClass::config);
}

}  // namespace
}  // namespace conserje::mock
