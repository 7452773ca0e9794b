#include "pms/gateway.hpp"

#include <utility>

#include "ops/metric_names.hpp"

namespace conserje {
namespace {

/// Whether the PMS itself is in trouble, as opposed to a request that it rightly refuses.
bool is_outage(ErrorClass error_class) {
  return error_class == ErrorClass::retry || error_class == ErrorClass::deadline;
}

}  // namespace

Gateway::Gateway(std::string name, Settings settings, Invoke invoke, Pause pause,
                 const Clock& clock, Random& random, Metrics& metrics)
    : name_(std::move(name)),
      settings_(settings),
      invoke_(std::move(invoke)),
      pause_(std::move(pause)),
      clock_(clock),
      random_(random),
      metrics_(metrics) {
  metrics_.gauge(metric::kPmsBreakerState, {name_}).set(0);
}

Result<Reply> Gateway::attempt(const Operation& operation, const PmsCall& pms_call) {
  {
    const std::lock_guard lock(mutex_);
    if (!breaker_.allows(clock_.monotonic())) {
      metrics_.counter(metric::kPmsBreakerCalls, {name_, "refused"}).add();
      return Error{ErrorClass::retry, "the circuit breaker of " + name_ + " is open"};
    }
  }
  const auto began = clock_.monotonic();
  auto reply = invoke_(pms_call);
  const auto ended = clock_.monotonic();
  metrics_.histogram(metric::kPmsApiLatency, {name_, operation.name})
      .observe(std::chrono::duration<double>(ended - began).count());

  const bool failed = !reply && is_outage(reply.error().error_class);
  metrics_.counter(metric::kPmsBreakerCalls, {name_, failed ? "failed" : "ok"}).add();
  const std::lock_guard lock(mutex_);
  if (failed) {
    breaker_.failed(ended);
  } else {
    breaker_.succeeded();
  }
  metrics_.gauge(metric::kPmsBreakerState, {name_}).set(static_cast<double>(breaker_.state()));
  return reply;
}

/// Tries until the answer, an error that no retry mends, or the end of tries and time.
/// retry_unknown: also when the outcome is unknown; for reads, and writes that may be repeated.
template <class Answer, class Request>
Result<Answer> Gateway::call(const Operation& operation, const Request& request,
                             const std::string& key, bool retry_unknown) {
  PmsCall pms_call{.method = operation.method,
                   .head = encode(request),
                   .idempotency_key = key,
                   .deadline = clock_.monotonic() + settings_.deadline};
  Millis wait = settings_.first_wait;
  while (true) {
    const auto reply = attempt(operation, pms_call);
    if (reply) {
      auto answer = decode<Answer>(std::string_view(reply->head));
      if (!answer) return Error{ErrorClass::bug, name_ + ": " + answer.error().message};
      return answer;
    }
    const auto& error = reply.error();
    const bool again = error.error_class == ErrorClass::retry ||
                       (error.error_class == ErrorClass::deadline && retry_unknown);
    const Millis varied(
        static_cast<Millis::rep>(static_cast<double>(wait.count()) * (0.5 + random_.unit())));
    const Millis pause = error.retry_after ? std::max(*error.retry_after, varied) : varied;
    const bool in_time = clock_.monotonic() + pause < pms_call.deadline;
    if (!again || pms_call.attempt >= static_cast<std::uint32_t>(settings_.tries) || !in_time)
      return error;
    pause_(pause);
    wait *= 2;
    ++pms_call.attempt;
  }
}

Result<pms::Availability> Gateway::availability(const pms::AvailabilityRequest& request) {
  return call<pms::Availability>({"availability", pms::method::availability}, request, "", true);
}

Result<pms::Tables> Gateway::tables(const pms::TablesRequest& request) {
  return call<pms::Tables>({"tables", pms::method::tables}, request, "", true);
}

Result<pms::ReservationList> Gateway::find(const pms::FindRequest& request) {
  return call<pms::ReservationList>({"find", pms::method::find}, request, "", true);
}

Result<pms::ReservationAnswer> Gateway::create(const pms::ReservationRequest& request,
                                               const std::string& key) {
  const Operation create{"create", pms::method::create};
  auto made = call<pms::ReservationAnswer>(create, request, key, false);
  if (made || made.error().error_class != ErrorClass::deadline) return made;

  // The PMS may have it. Look before trying again; without a look, the outcome stays unknown.
  auto found =
      call<pms::ReservationAnswer>({"retrieve", pms::method::retrieve},
                                   pms::ReservationKey{.reference = request.reference}, "", true);
  if (!found) return made;
  if (found->outcome == "done") return found;
  return call<pms::ReservationAnswer>(create, request, key, false);
}

Result<pms::ReservationAnswer> Gateway::modify(const pms::ModifyRequest& request,
                                               const std::string& key) {
  return call<pms::ReservationAnswer>({"modify", pms::method::modify}, request, key, true);
}

Result<pms::ReservationAnswer> Gateway::cancel(const pms::ReservationKey& request,
                                               const std::string& key) {
  return call<pms::ReservationAnswer>({"cancel", pms::method::cancel}, request, key, true);
}

}  // namespace conserje
