#include "delivery/dispatcher.hpp"

#include <utility>

#include "delivery/fitted.hpp"
#include "delivery/window.hpp"
#include "guard/backoff.hpp"
#include "guard/crash_point.hpp"
#include "ops/metric_names.hpp"
#include "store/delivery_statuses.hpp"

namespace conserje {
namespace {

/// A receiver knows an event by its id, so an event whose outcome is unknown is soon told again.
constexpr Millis kEventUnknownWait{15'000};
constexpr std::int64_t kFileTries = 2;  // Of a file that the channel cannot take just now.

/// The provider failed it with the word that only a template would have gone through.
bool was_outside_window(const LeasedItem& leased) {
  return leased.state == OutboxState::failed && leased.last_error.starts_with(kNeedsTemplate);
}

/// `error` behind what the provider said before, if anything.
Error after_what_was_said(const LeasedItem& leased, Error error) {
  if (!leased.last_error.empty()) error.message = leased.last_error + "; " + error.message;
  return error;
}

ErrorClass class_named(std::string_view word) {
  for (const auto error_class :
       {ErrorClass::retry, ErrorClass::permanent, ErrorClass::auth, ErrorClass::config})
    if (to_string(error_class) == word) return error_class;
  return ErrorClass::permanent;
}

/// The outcome of one event's delivery as the plugin told it.
Status outcome_of(const Result<sink::DeliverReply>& reply, sink::DeliveryResult& result) {
  if (!reply) return reply.error();
  if (reply->results.size() != 1)
    return Error{ErrorClass::bug, "the sink gave " + std::to_string(reply->results.size()) +
                                      " results for one event"};
  result = reply->results.front();
  if (result.status == "ok") return Done{};
  Error error{class_named(result.status), result.error};
  if (result.retry_after_ms > 0) error.retry_after = Millis(result.retry_after_ms);
  return error;
}

}  // namespace

Verdict verdict_on_reply(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::retry:
    case ErrorClass::auth:
    case ErrorClass::config: return Verdict::again;  // An operator may mend it within the schedule.
    case ErrorClass::deadline:
    case ErrorClass::cancelled: return Verdict::wait_for_word;
    case ErrorClass::permanent:
    case ErrorClass::bug: return Verdict::bury;
  }
  return Verdict::bury;
}

struct Dispatcher::Taken {
  Taken(LeasedItem item, Shares& shares)
      : leased(std::move(item)), turn(shares, leased.item.target) {}
  const LeasedItem leased;
  const Shares::Turn turn;
};

/// Null: nothing is due whose target has room.
Result<std::unique_ptr<Dispatcher::Taken>> Dispatcher::take() {
  const std::lock_guard lock(taking_);
  auto leased = parts_.outbox.lease(parts_.owner, parts_.clock.now(),
                                    parts_.pipeline.limits.delivery.lease, busy());
  if (!leased) return leased.error();
  if (!*leased) return std::unique_ptr<Taken>();
  return std::make_unique<Taken>(**std::move(leased), shares_);
}

Result<bool> Dispatcher::step() {
  const auto taken = take();
  if (!taken) return taken.error();
  if (*taken == nullptr) return false;
  crash_point("delivery.after_lease");
  const auto delivered = deliver((*taken)->leased);
  if (!delivered) return delivered.error();
  return true;
}

Result<std::optional<WallTime>> Dispatcher::next_due() { return parts_.outbox.next_due(busy()); }

Status Dispatcher::deliver(const LeasedItem& leased) {
  const auto now = parts_.clock.now();
  if (leased.item.expires && *leased.item.expires < now)
    return bury(leased, {ErrorClass::permanent, "expired before it could be sent"});
  const bool is_reply = leased.item.kind == OutboxKind::reply;
  const auto& limits = parts_.pipeline.limits.delivery;
  // The channel took it and said later that it could not deliver it.
  if (leased.state == OutboxState::failed && !was_outside_window(leased))
    return bury(leased, {ErrorClass::permanent, leased.last_error});
  if (leased.state == OutboxState::sending) {
    const auto& schedule = is_reply ? limits.replies : limits.events;
    if (!next_wait(schedule, leased.lease.attempt - 1, 0))
      return bury(leased, {ErrorClass::deadline, "the outcome of sending stayed unknown"});
    if (is_reply) {
      const auto settled = learn_outcome(leased);
      if (!settled) return settled.error();
      if (*settled) return Done{};
    }
    log_of(leased).warn("outcome unknown; sending again",
                        {{"target", leased.item.target}, {"attempt", leased.lease.attempt}});
  }
  const auto wait = is_reply ? limits.unknown_outcome_wait : kEventUnknownWait;
  const auto marked = parts_.outbox.mark_sending(leased.lease, now + wait);
  if (!marked) return marked.error();
  if (!*marked) return Done{};  // The lease was lost; another worker has it.
  return is_reply ? send_reply(leased) : tell_event(leased);
}

/// Asks the provider what became of a reply. True: there is nothing to send now. A provider that
/// cannot be asked now is asked again later: to send without its word could say it twice.
Result<bool> Dispatcher::learn_outcome(const LeasedItem& leased) {
  const auto request = decode<channel::SendRequest>(std::string_view(leased.item.payload));
  if (!request) return false;  // Sending will say what is wrong with it.
  const auto told = parts_.outlets.delivery_status(
      leased.item.target,
      {.attempt = static_cast<std::uint32_t>(leased.lease.attempt), .tenant = leased.item.tenant},
      {.reference = leased.item.reference,
       .recipient = request->recipient,
       .text = request->text,
       .since_ms = leased.item.created.time_since_epoch().count()});
  if (!told) {
    log_of(leased).warn("the provider could not be asked what became of a reply",
                        {{"channel", leased.item.target}, {"error", told.error().message}});
    const auto wait = parts_.pipeline.limits.delivery.unknown_outcome_wait;
    const auto waits = parts_.outbox.mark_sending(leased.lease, parts_.clock.now() + wait);
    if (!waits) return waits.error();
    return true;
  }
  if (!told->has_value() || !(*told)->found) return false;
  const auto now = parts_.clock.now();
  auto status = (*told)->status.value_or(channel::DeliveryStatus{.status = "sent"});
  status.reference = leased.item.reference;
  const auto row = status_row(leased.item.tenant, leased.item.target, std::move(status), now);
  const auto recorded = parts_.database.transact([&](Transaction& tx) { record_status(tx, row); });
  if (!recorded) return recorded.error();
  return true;
}

Status Dispatcher::send_reply(const LeasedItem& leased) {
  auto request = decode<channel::SendRequest>(std::string_view(leased.item.payload));
  if (!request) return bury(leased, request.error());
  const auto closed = needs_template(leased, *request);
  if (!closed) return closed.error();
  if (*closed)
    request = as_template(*std::move(request), parts_.pipeline.plugin(leased.item.target));
  if (!request) return bury(leased, after_what_was_said(leased, request.error()));

  crash_point("delivery.before_send");
  const CallSpec spec{.attempt = static_cast<std::uint32_t>(leased.lease.attempt),
                      .idempotency_key = leased.item.reference,
                      .tenant = leased.item.tenant};
  auto sent = send(leased, spec, *request);
  if (sent && sent->needs_template && !request->template_) {  // Its window is not ours.
    request = as_template(*std::move(request), parts_.pipeline.plugin(leased.item.target));
    if (!request) return bury(leased, request.error());
    sent = send(leased, spec, *request);
  }
  if (sent && sent->needs_template)
    sent = Error{ErrorClass::config, "the channel takes nothing but a template, not even ours"};
  crash_point("delivery.after_send");
  if (sent) {
    const auto provider_id = sent->message_ids.empty() ? std::string() : sent->message_ids.back();
    const auto recorded = parts_.database.transact([&](Transaction& tx) {
      parts_.outbox.mark_sent(tx, leased, provider_id, parts_.clock.now());
    });
    crash_point("delivery.after_record");
    return recorded;
  }
  switch (verdict_on_reply(sent.error().error_class)) {
    case Verdict::again:
      return try_again_or_bury(leased, parts_.pipeline.limits.delivery.replies, sent.error());
    case Verdict::wait_for_word:
      log_of(leased).warn("reply sent with unknown outcome", {{"channel", leased.item.target},
                                                              {"attempt", leased.lease.attempt},
                                                              {"error", sent.error().message}});
      return Done{};  // Stays `sending`, and comes back when its wait is over.
    case Verdict::bury: break;
  }
  return bury(leased, sent.error());
}

/// What the channel cannot carry is left out; its text says the same.
Result<channel::SendReply> Dispatcher::send(const LeasedItem& leased, const CallSpec& spec,
                                            const channel::SendRequest& request) {
  const auto& target = leased.item.target;
  if (!is_rich(request)) return parts_.outlets.send(target, spec, request);
  const auto can = parts_.outlets.capabilities(target);
  const auto fit = fitted(request, can ? *can : channel::Capabilities{});
  const auto made = fit.media ? made_of(*fit.media) : std::nullopt;
  if (made && parts_.outlets.make && parts_.outlets.send_media)
    return send_with_file(leased, spec, fit, *made);
  return parts_.outlets.send(target, spec, in_words(fit));
}

/// In words where the file cannot be made or the channel does not take it, also not the second
/// time; not where it may have been sent.
Result<channel::SendReply> Dispatcher::send_with_file(const LeasedItem& leased,
                                                      const CallSpec& spec,
                                                      channel::SendRequest request,
                                                      const Made& made) {
  const auto words = in_words(request);
  const auto file = parts_.outlets.make(made, request);
  if (const auto still_ours = wait_anew(leased); !still_ours) return still_ours.error();
  Error failed = file ? Error{} : file.error();
  if (file) {
    request.media->mime_type = file->mime_type;
    request.media->reference.clear();
    // Who hears it need not read it, unless there is something to press.
    if (made.kind == MadeKind::speech && request.buttons.empty()) request.text.clear();
    auto sent = parts_.outlets.send_media(leased.item.target, spec, request, *file);
    if (sent || verdict_on_reply(sent.error().error_class) == Verdict::wait_for_word) return sent;
    const bool may_pass = sent.error().error_class == ErrorClass::retry;
    if (may_pass && leased.lease.attempt < kFileTries) return sent;
    failed = sent.error();
  }
  log_of(leased).warn("a reply goes without its file",
                      {{"channel", leased.item.target}, {"error", failed.message}});
  return parts_.outlets.send(leased.item.target, spec, words);
}

/// To make a file took its time; the wait for the channel's word begins now. Errors: deadline,
/// another worker has the reply, and says it.
Status Dispatcher::wait_anew(const LeasedItem& leased) {
  const auto wait = parts_.pipeline.limits.delivery.unknown_outcome_wait;
  const auto marked = parts_.outbox.mark_sending(leased.lease, parts_.clock.now() + wait);
  if (!marked) return marked.error();
  if (!*marked) return Error{ErrorClass::deadline, "the lease was lost while a file was made"};
  return Done{};
}

Result<bool> Dispatcher::needs_template(const LeasedItem& leased,
                                        const channel::SendRequest& request) const {
  if (request.template_) return false;
  if (was_outside_window(leased)) return true;
  const auto can = parts_.outlets.capabilities(leased.item.target);
  if (!can || can->window_hours == 0) return false;  // What is wrong with it, its `send` will say.
  const auto last =
      parts_.guests.last_inbound(leased.item.tenant, leased.item.target, request.recipient);
  if (!last) return last.error();
  return !is_window_open(can->window_hours, *last, parts_.clock.now());
}

Status Dispatcher::tell_event(const LeasedItem& leased) {
  auto event = decode<sink::Event>(std::string_view(leased.item.payload));
  if (!event) return bury(leased, event.error());

  crash_point("events.before_send");
  const CallSpec spec{.attempt = static_cast<std::uint32_t>(leased.lease.attempt),
                      .idempotency_key = event->id,
                      .tenant = leased.item.tenant};
  const auto began = parts_.clock.monotonic();
  const auto reply =
      parts_.outlets.deliver(leased.item.target, spec,
                             {.deliveries = {{.event = *event, .attempt = leased.lease.attempt}}});
  const auto took = parts_.clock.monotonic() - began;
  crash_point("events.after_send");

  sink::DeliveryResult result;
  const Status outcome = outcome_of(reply, result);
  const auto* plugin = parts_.pipeline.plugin(leased.item.target);
  const std::string kind = plugin == nullptr ? "" : plugin->use;
  parts_.metrics.counter(metric::kNotifications, {kind, event->type, outcome ? "sent" : "failed"})
      .add();
  parts_.metrics.histogram(metric::kNotificationDuration, {kind})
      .observe(std::chrono::duration<double>(took).count());
  const NotificationLogRow entry{
      .tenant = leased.item.tenant,
      .endpoint = leased.item.target,
      .event_id = event->id,
      .event_type = event->type,
      .result = outcome ? NotificationResult::sent : NotificationResult::failed,
      .http_status = result.http_status,
      .error = outcome ? std::string() : outcome.error().message,
      .duration = std::chrono::duration_cast<Millis>(took),
      .attempt = leased.lease.attempt,
      .at = parts_.clock.now()};
  const auto logged = parts_.database.transact([&](Transaction& tx) {
    parts_.notification_logs.add(tx, entry);
    if (outcome) parts_.outbox.mark_sent(tx, leased, event->id, entry.at);
  });
  if (!logged || outcome) return logged;

  const auto error_class = outcome.error().error_class;
  if (result.gone || error_class == ErrorClass::permanent || error_class == ErrorClass::bug)
    return bury(leased, outcome.error());
  return try_again_or_bury(leased, parts_.pipeline.limits.delivery.events, outcome.error());
}

Status Dispatcher::try_again_or_bury(const LeasedItem& leased, const RetrySchedule& schedule,
                                     const Error& error) {
  const auto wait =
      next_wait(schedule, leased.lease.attempt, parts_.random.unit(), error.retry_after);
  if (!wait) return bury(leased, error);
  log_of(leased).warn("delivery failed; will be tried again", {{"target", leased.item.target},
                                                               {"attempt", leased.lease.attempt},
                                                               {"error", error.message}});
  return parts_.database.transact([&](Transaction& tx) {
    parts_.outbox.retry(tx, leased.lease, parts_.clock.now() + *wait, error);
  });
}

Log Dispatcher::log_of(const LeasedItem& leased) const {
  return parts_.log.with({{"correlation_id", leased.item.correlation_id}});
}

Status Dispatcher::bury(const LeasedItem& leased, const Error& reason) {
  log_of(leased).error("delivery given up; it is in the dead letters",
                       {{"target", leased.item.target},
                        {"attempt", leased.lease.attempt},
                        {"class", to_string(reason.error_class)},
                        {"error", reason.message}});
  return parts_.database.transact(
      [&](Transaction& tx) { parts_.outbox.bury(tx, leased, reason, parts_.clock.now()); });
}

}  // namespace conserje
