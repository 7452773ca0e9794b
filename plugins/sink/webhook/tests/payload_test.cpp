#include "payload.hpp"

#include <gtest/gtest.h>

namespace conserje::webhook {
namespace {

TEST(ToBody, TellsTheWholeEvent) {
  EXPECT_EQ(
      to_body({.id = "evt_1",
               .type = "reservation.created",
               .severity = "info",
               .timestamp_ms = 1'767'225'600'007,
               .tenant = "hotel-sol",
               .data = {{"reservation_id", "HS-1"}, {"party_size", 2}}}),
      R"({"id":"evt_1","type":"reservation.created","timestamp":"2026-01-01T00:00:00.007Z",)"
      R"("tenant":"hotel-sol","severity":"info","data":{"party_size":2,"reservation_id":"HS-1"}})");
}

TEST(ToBody, LeavesOutWhatIsNotSaid) {
  EXPECT_EQ(
      to_body({.id = "evt_1", .type = "test.ping", .data = Json::object()}),
      R"({"id":"evt_1","type":"test.ping","timestamp":"1970-01-01T00:00:00.000Z","data":{}})");
}

TEST(ToIso8601, KeepsTheMilliseconds) {
  EXPECT_EQ(to_iso8601(1'772'323'199'999), "2026-02-28T23:59:59.999Z");
}

}  // namespace
}  // namespace conserje::webhook
