#include "store/notification_logs.hpp"

#include <array>

#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kResults{NotificationResult::sent, NotificationResult::failed,
                              NotificationResult::filtered};

constexpr auto kAdd = R"sql(
    INSERT INTO notification_logs (tenant, endpoint, event_id, event_type, result, http_status, error,
                                   duration_ms, attempt, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))sql";

constexpr auto kList = R"sql(
    SELECT * FROM notification_logs WHERE tenant = $1 AND endpoint = $2 ORDER BY id DESC LIMIT $3)sql";

}  // namespace

std::string_view to_string(NotificationResult result) {
  switch (result) {
    case NotificationResult::sent: return "sent";
    case NotificationResult::failed: return "failed";
    case NotificationResult::filtered: return "filtered";
  }
  return "";
}

void NotificationLogs::add(Transaction& tx, const NotificationLogRow& row) {
  tx.execute(kAdd, row.tenant, row.endpoint, row.event_id, row.event_type, to_string(row.result),
             row.http_status, row.error, row.duration, row.attempt, row.at);
}

Result<std::vector<NotificationLogRow>> NotificationLogs::list(const std::string& tenant,
                                                               const std::string& endpoint,
                                                               std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<NotificationLogRow> found;
    for (const auto row : tx.query(kList, tenant, endpoint, limit)) {
      found.push_back({.tenant = row.text("tenant"),
                       .endpoint = row.text("endpoint"),
                       .event_id = row.text("event_id"),
                       .event_type = row.text("event_type"),
                       .result = from_word(row.text("result"), kResults),
                       .http_status = row.integer("http_status"),
                       .error = row.text("error"),
                       .duration = Millis(row.integer("duration_ms")),
                       .attempt = row.integer("attempt"),
                       .at = row.time("at_ms")});
    }
    return found;
  });
}

}  // namespace conserje
