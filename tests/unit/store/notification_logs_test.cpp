#include "store/notification_logs.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class NotificationLogsTest : public StoreTest {};
ON_EVERY_DATABASE(NotificationLogsTest);

TEST_P(NotificationLogsTest, ListsAnEndpointsAttemptsNewestFirst) {
  NotificationLogs logs(*database_);
  const auto attempt = [this](const std::string& endpoint, std::int64_t number,
                              NotificationResult result) {
    return NotificationLogRow{.tenant = "hotel-sol",
                              .endpoint = endpoint,
                              .event_id = "E1",
                              .event_type = "reservation.created",
                              .result = result,
                              .http_status = result == NotificationResult::sent ? 200 : 503,
                              .error = result == NotificationResult::sent ? "" : "busy",
                              .duration = 12ms,
                              .attempt = number,
                              .at = now()};
  };
  const auto failed = attempt("crm", 1, NotificationResult::failed);
  const auto sent = attempt("crm", 2, NotificationResult::sent);
  const auto filtered = attempt("slack", 1, NotificationResult::filtered);
  value_of(database_->transact([&](Transaction& tx) {
    for (const auto& row : {failed, filtered, sent}) logs.add(tx, row);
  }));
  EXPECT_EQ(value_of(logs.list("hotel-sol", "crm", 10)), (std::vector{sent, failed}));
  EXPECT_EQ(value_of(logs.list("hotel-sol", "crm", 1)), std::vector{sent});
  EXPECT_EQ(value_of(logs.list("hotel-sol", "slack", 10)), std::vector{filtered});
}

}  // namespace
}  // namespace conserje
