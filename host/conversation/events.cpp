#include "conversation/events.hpp"

#include <algorithm>

#include "conserje/sink_types.hpp"
#include "guard/ids.hpp"
#include "pipeline/glob.hpp"

namespace conserje {
namespace {

bool wants(const Notify& notify, const std::string& type) {
  return std::ranges::any_of(notify.events,
                             [&](const auto& glob) { return glob_matches(glob, type); });
}

bool wants_intent(const Notify& notify, const std::string& intent) {
  return notify.intents.empty() ||
         std::ranges::find(notify.intents, intent) != notify.intents.end();
}

}  // namespace

FanOut fan_out(const EventDraft& draft, const Cause& cause, const Pipeline& pipeline) {
  sink::Event event{
      .id = derived_id("evt_", {pipeline.tenant, cause.channel, cause.message_id, draft.type}),
      .type = draft.type,
      .severity = draft.severity,
      .timestamp_ms = cause.at.time_since_epoch().count(),
      .tenant = pipeline.tenant,
      .data = draft.data};
  event.data["wa_number_hash"] = cause.guest_hash;

  FanOut out;
  for (const auto& notify : pipeline.notify) {
    if (!wants(notify, draft.type)) continue;
    if (!wants_intent(notify, cause.intent)) {
      out.filtered.push_back({.tenant = pipeline.tenant,
                              .endpoint = notify.to,
                              .event_id = event.id,
                              .event_type = event.type,
                              .result = NotificationResult::filtered,
                              .at = cause.at});
      continue;
    }
    out.items.push_back({.tenant = pipeline.tenant,
                         .kind = OutboxKind::event,
                         .target = notify.to,
                         .lane = "event|" + notify.to + "|" +
                                 event.id,  // Each on its own: a slow one holds up none.
                         .payload = encode(event),
                         .reference = derived_id("n_", {event.id, notify.to}),
                         .correlation_id = cause.correlation_id,
                         .cause = cause.message_id,
                         .created = cause.at});
  }
  return out;
}

void Told::add(Transaction& tx, const FanOut& event) const {
  for (const auto& item : event.items) outbox.add(tx, item);
  for (const auto& entry : event.filtered) notification_logs.add(tx, entry);
}

}  // namespace conserje
