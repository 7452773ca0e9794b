#pragma once

#include <string>
#include <vector>

#include "conversation/consequence.hpp"
#include "pipeline/pipeline.hpp"
#include "store/notification_logs.hpp"
#include "store/outbox.hpp"

namespace conserje {

/// One event on its way to the sinks that want it.
struct FanOut {
  std::vector<OutboxItem> items{};             // One for each sink that gets it.
  std::vector<NotificationLogRow> filtered{};  // Sinks that want the event, but not of this intent.
};

/// What caused an event: a message of a guest.
struct Cause {
  std::string channel{};
  std::string message_id{};
  std::string correlation_id{};
  std::string intent{};
  std::string guest_hash{};
  WallTime at{};
};

/// Addresses `draft` to the endpoints of `notify:`. The ids are derived from the cause, so that the
/// same message never tells the same event twice. Pure.
FanOut fan_out(const EventDraft& draft, const Cause& cause, const Pipeline& pipeline);

/// Where what `fan_out` says is kept.
struct Told {
  Outbox& outbox;
  NotificationLogs& notification_logs;

  void add(Transaction& tx, const FanOut& event) const;
};

}  // namespace conserje
