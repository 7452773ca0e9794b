#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "conserje/pms_types.hpp"
#include "conserje/wire.hpp"
#include "guard/circuit_breaker.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "ops/metrics.hpp"

namespace conserje {

/// Whether a stay is of a table, and not of nights.
inline bool is_table(const pms::Stay& stay) { return !stay.date_time.empty(); }

/// One call of a PMS plugin, as the gateway makes it.
struct PmsCall {
  std::uint32_t method = 0;
  std::string head{};
  std::string idempotency_key{};
  MonotonicTime deadline{};
  std::uint32_t attempt = 1;
};

/// Every call to one PMS plugin passes here: circuit breaker, deadline, retries, metrics, and the
/// rule for writes whose outcome is unknown: look it up by our reference before anything is tried
/// again. Errors: those of the plugin after the last try; `retry` at once while the breaker is
/// open. Threads: any.
class Gateway {
 public:
  struct Settings {
    Millis deadline{10'000};  // One operation with its retries.
    int tries = 3;
    Millis first_wait{100};  // Doubles, and varies by half.
  };
  using Invoke = std::function<Result<Reply>(const PmsCall&)>;
  using Pause = std::function<void(Millis)>;

  /// invoke: the plugin. pause: waits between tries. clock, random and metrics outlive the Gateway.
  Gateway(std::string name, Settings settings, Invoke invoke, Pause pause, const Clock& clock,
          Random& random, Metrics& metrics);

  Result<pms::Availability> availability(const pms::AvailabilityRequest& request);
  /// Errors also: whatever a PMS that has no tables says.
  Result<pms::Tables> tables(const pms::TablesRequest& request);
  Result<pms::ReservationList> find(const pms::FindRequest& request);
  /// Makes a reservation. The same key and reference never make two.
  Result<pms::ReservationAnswer> create(const pms::ReservationRequest& request,
                                        const std::string& key);
  /// The same change twice is as good as once.
  Result<pms::ReservationAnswer> modify(const pms::ModifyRequest& request, const std::string& key);
  Result<pms::ReservationAnswer> cancel(const pms::ReservationKey& request, const std::string& key);

 private:
  struct Operation {
    std::string_view name;
    std::uint32_t method;
  };

  template <class Answer, class Request>
  Result<Answer> call(const Operation& operation, const Request& request, const std::string& key,
                      bool retry_unknown);
  Result<Reply> attempt(const Operation& operation, const PmsCall& call);

  std::string name_;
  Settings settings_;
  Invoke invoke_;
  Pause pause_;
  const Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  std::mutex mutex_{};  // Guards breaker_.
  CircuitBreaker breaker_{CircuitBreaker::Settings{}};
};

}  // namespace conserje
