#include "store/reservations.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class ReservationsTest : public StoreTest {
 protected:
  ReservationRow reservation(const std::string& reference) const {
    return {.reference = reference,
            .tenant = "hotel-sol",
            .lane = "lane-1",
            .guest_name = "Ana Pérez",
            .pms = "frontdesk",
            .state = ReservationState::requested,
            .date_time = "2026-12-10T15:00",
            .data = R"({"nights":2})",
            .created = now(),
            .updated = now()};
  }
  void save(const ReservationRow& row) {
    value_of(database_->transact([&](Transaction& tx) { reservations_.save(tx, row); }));
  }
  Reservations reservations_{*database_};
};
ON_EVERY_DATABASE(ReservationsTest);

TEST_P(ReservationsTest, FindsWhatWasSaved) {
  save(reservation("CJ-1"));
  EXPECT_EQ(value_of(reservations_.find("CJ-1")), reservation("CJ-1"));
  EXPECT_EQ(value_of(reservations_.find("CJ-2")), std::nullopt);
}

TEST_P(ReservationsTest, ReplacesAllButTheTimeItWasMade) {
  save(reservation("CJ-1"));
  auto expected = reservation("CJ-1");
  clock_.advance(1h);
  auto changed = reservation("CJ-1");
  changed.state = ReservationState::confirmed;
  changed.pms_id = "77";
  changed.data = R"({"nights":3})";
  changed.confirmed = now();
  save(changed);
  changed.created = expected.created;
  EXPECT_EQ(value_of(reservations_.find("CJ-1")), changed);
}

TEST_P(ReservationsTest, FindsByTheIdOfThePms) {
  save(reservation("CJ-1"));
  auto named = reservation("CJ-2");
  named.pms_id = "77";
  save(named);
  EXPECT_EQ(value_of(reservations_.find_by_pms_id("hotel-sol", "frontdesk", "77")), named);
  EXPECT_EQ(value_of(reservations_.find_by_pms_id("hotel-sol", "frontdesk", "")), std::nullopt);
}

TEST_P(ReservationsTest, ListsAGuestsNewestFirst) {
  for (const auto* reference : {"CJ-1", "CJ-2", "CJ-3"}) {
    save(reservation(reference));
    clock_.advance(1h);
  }
  auto of_another = reservation("CJ-4");
  of_another.lane = "lane-2";
  save(of_another);
  std::vector<std::string> references;
  for (const auto& row : value_of(reservations_.of_guest("hotel-sol", "lane-1", 2)))
    references.push_back(row.reference);
  EXPECT_EQ(references, (std::vector<std::string>{"CJ-3", "CJ-2"}));
}

}  // namespace
}  // namespace conserje
