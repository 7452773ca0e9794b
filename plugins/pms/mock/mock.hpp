#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/pms.hpp"
#include "faults.hpp"
#include "hotel.hpp"
#include "restaurant.hpp"

namespace conserje::mock {

/// A property management system without a vendor: config.rooms and config.restaurant, a book in
/// memory, and the faults that were ordered. The same calls in the same order give the same
/// answers. Threads: any number.
class Mock final : public Pms {
 public:
  /// Errors: config, two rooms of one type.
  static Result<std::unique_ptr<Mock>> create(Host host, const Json& config);

  /// Reads the book that an earlier run left, when the configuration says `persist`.
  Status start(const Call&) override;
  Health health() const override;
  void cancel(std::uint64_t call_id) override;

  Result<pms::Availability> availability(const Call&, const pms::AvailabilityRequest&) override;
  Result<pms::ReservationAnswer> create(const Call&, const pms::ReservationRequest&) override;
  Result<pms::ReservationAnswer> retrieve(const Call&, const pms::ReservationKey&) override;
  Result<pms::ReservationList> find(const Call&, const pms::FindRequest&) override;
  Result<pms::ReservationAnswer> modify(const Call&, const pms::ModifyRequest&) override;
  Result<pms::ReservationAnswer> cancel_reservation(const Call&,
                                                    const pms::ReservationKey&) override;
  Result<pms::ReservationList> arrivals(const Call&, const pms::ArrivalsRequest&) override;
  Result<pms::Tables> tables(const Call&, const pms::TablesRequest&) override;

 private:
  Mock(Host host, Config config);

  template <class Work>
  auto answer(const Call& call, std::string_view method, Work work) -> decltype(work());

  // All of these are called with mutex_ held.
  Result<pms::ReservationAnswer> book(const pms::ReservationRequest& request, std::string key);
  Result<pms::ReservationAnswer> change(const pms::ModifyRequest& request);
  Result<bool> place(Entry& entry, const Entry* before) const;
  Result<bool> place_in_room(Entry& entry, const Entry* before) const;
  Result<bool> place_at_table(Entry& entry) const;
  Result<pms::ReservationAnswer> call_off(const pms::ReservationKey& key);
  Result<const Entry*> look_up(const pms::ReservationKey& key) const;
  Status check_not_past(Date day) const;
  Date earliest_today() const;
  Status save(Entry entry);
  void put(Entry entry);
  Status load();

  const Host host_;
  const Config config_;
  Faults faults_;
  mutable std::mutex mutex_{};  // Of what follows. Held while cj.kv/1 writes: what a guest is told
                                // is already stored, and the last room is sold once.
  Hotel hotel_;                 // And the book, also of the tables.
  Restaurant restaurant_;
  std::int64_t last_number_;
};

}  // namespace conserje::mock
