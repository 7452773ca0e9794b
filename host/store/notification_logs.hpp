#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

enum class NotificationResult : unsigned char { sent, failed, filtered };

std::string_view to_string(NotificationResult result);

/// One attempt to notify one endpoint of one event.
struct NotificationLogRow {
  std::string tenant{};
  std::string endpoint{};
  std::string event_id{};
  std::string event_type{};
  NotificationResult result = NotificationResult::sent;
  std::int64_t http_status = 0;  // 0: no answer, or not HTTP.
  std::string error{};
  Millis duration{};
  std::int64_t attempt = 1;
  WallTime at{};

  bool operator==(const NotificationLogRow&) const = default;
};

/// Table `notification_logs`. Threads: any. Errors: those of Database.
class NotificationLogs {
 public:
  explicit NotificationLogs(Database& database)
      : database_(database) {}  // Outlives the NotificationLogs.

  void add(Transaction& tx, const NotificationLogRow& row);
  /// Attempts for one endpoint, the newest first, at most `limit`.
  Result<std::vector<NotificationLogRow>> list(const std::string& tenant,
                                               const std::string& endpoint, std::int64_t limit);

 private:
  Database& database_;
};

}  // namespace conserje
