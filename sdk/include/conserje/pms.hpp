#pragma once

#include "conserje/plugin.hpp"
#include "conserje/pms_types.hpp"

namespace conserje {

/// A property management system. Schema: sdk/schema/pms.v1.json, which documents every field.
/// What a guest may be told (nothing left, no such reservation) is a value; an Error is the PMS's
/// own trouble: retry, nothing was changed; deadline, the outcome is unknown (the host looks it up
/// by our reference before it tries again); permanent, this request will never be accepted; auth or
/// config, an operator must act. Threads: pool, as many at once as the manifest declares.
class Pms : public Plugin {
 public:
  /// What can be reserved, cheapest first; an empty list when nothing is left. Repeatable.
  virtual Result<pms::Availability> availability(const Call&, const pms::AvailabilityRequest&) = 0;
  /// The call's idempotency key and the reference are stored with the reservation: asked again with
  /// the same key, the PMS returns the one that exists.
  virtual Result<pms::ReservationAnswer> create(const Call&, const pms::ReservationRequest&) = 0;
  /// One reservation, by the PMS's id or by our reference; `not_found` is an outcome. Repeatable.
  virtual Result<pms::ReservationAnswer> retrieve(const Call&, const pms::ReservationKey&) = 0;
  /// A guest's reservations that are not over, the soonest first. Repeatable.
  virtual Result<pms::ReservationList> find(const Call&, const pms::FindRequest&) = 0;
  /// Changes the fields that are given. The same idempotency key has its effect once.
  virtual Result<pms::ReservationAnswer> modify(const Call&, const pms::ModifyRequest&) = 0;
  /// Cancels; cancelling what is cancelled is success.
  virtual Result<pms::ReservationAnswer> cancel_reservation(const Call&,
                                                            const pms::ReservationKey&) = 0;
  /// Reservations that arrive in a window of dates. Repeatable.
  virtual Result<pms::ReservationList> arrivals(const Call&, const pms::ArrivalsRequest&) = 0;
  /// Tables for a party at a time of a day, or at the times near it. Only a PMS that lists the
  /// method in its manifest is asked; it reserves tables by the methods above, for stays that have
  /// a `date_time`. Repeatable.
  virtual Result<pms::Tables> tables(const Call&, const pms::TablesRequest&) {
    return Error{ErrorClass::permanent, "this PMS has no tables"};
  }

  Result<Reply> invoke(const Call& call, const Request& request) final {
    using namespace pms;
    switch (request.method) {
      case method::availability:
        return detail::typed<AvailabilityRequest>(
            request, [&](const auto& in) { return availability(call, in); });
      case method::create:
        return detail::typed<ReservationRequest>(request,
                                                 [&](const auto& in) { return create(call, in); });
      case method::retrieve:
        return detail::typed<ReservationKey>(request,
                                             [&](const auto& in) { return retrieve(call, in); });
      case method::find:
        return detail::typed<FindRequest>(request, [&](const auto& in) { return find(call, in); });
      case method::modify:
        return detail::typed<ModifyRequest>(request,
                                            [&](const auto& in) { return modify(call, in); });
      case method::cancel:
        return detail::typed<ReservationKey>(
            request, [&](const auto& in) { return cancel_reservation(call, in); });
      case method::arrivals:
        return detail::typed<ArrivalsRequest>(request,
                                              [&](const auto& in) { return arrivals(call, in); });
      case method::tables:
        return detail::typed<TablesRequest>(request,
                                            [&](const auto& in) { return tables(call, in); });
      default: return detail::unsupported(request.method);
    }
  }
};

}  // namespace conserje
