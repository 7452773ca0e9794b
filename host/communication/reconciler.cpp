#include "communication/reconciler.hpp"

#include <algorithm>
#include <utility>

#include "ops/metric_names.hpp"

namespace conserje {
namespace {

/// The time of the newest message of a page; `otherwise` when there is none.
WallTime newest_of(const channel::ListSinceReply& page, WallTime otherwise) {
  for (const auto& message : page.messages)
    otherwise = std::max(otherwise, WallTime(Millis(message.timestamp_ms)));
  return otherwise;
}

}  // namespace

Status Reconciler::reconcile(const std::string& channel) {
  const auto began = parts_.clock.now();
  const auto last = parts_.reconciliations.until(parts_.tenant, channel);
  if (!last) return last.error();
  if (!*last) return parts_.reconciliations.save(parts_.tenant, channel, began);

  channel::ListSinceRequest request{.since_ms = (**last - kOverlap).time_since_epoch().count(),
                                    .limit = kPage};
  auto reached = **last;
  std::int64_t recovered = 0;
  for (int page = 0; page < kMostPages; ++page) {
    auto listed = parts_.list(channel, request);
    if (!listed) return listed.error();
    reached = newest_of(*listed, reached);
    request.cursor = listed->next_cursor;
    const auto stored = parts_.store(channel, {.messages = std::move(listed->messages),
                                               .statuses = std::move(listed->statuses)});
    if (!stored) return stored.error();
    recovered += stored->stored;
    if (request.cursor.empty()) break;
  }
  if (recovered > 0) {
    parts_.metrics.counter(metric::kMessagesRecovered, {channel})
        .add(static_cast<double>(recovered));
    parts_.log.warn("messages that no webhook had brought were fetched from the provider's list",
                    {{"channel", channel}, {"messages", recovered}});
  }
  const bool is_whole = request.cursor.empty();
  return parts_.reconciliations.save(parts_.tenant, channel,
                                     is_whole ? began : std::min(reached, began));
}

}  // namespace conserje
