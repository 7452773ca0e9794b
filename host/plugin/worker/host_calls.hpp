#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/cj.h"
#include "plugin/worker/frames.hpp"

namespace conserje {

/// The functions of cj_host that cross; the first number of a host_call's or a note's body. The
/// numbers are this executable's own: both sides are the same one.
enum class HostFunction : std::uint16_t {
  http_send = 1,  // These two: a cj_call and a cj_request; the answer is a cj_result.
  emit,
  kv_get,  // From here on HostArguments and HostAnswer.
  kv_put,
  kv_remove,
  kv_list,
  clock_wall,
  clock_monotonic,
  secrets_get,
  timer_set,
  timer_clear,
  random_fill,
  crypto_digest,
  crypto_hmac,
  crypto_ed25519_sign,
  crypto_ed25519_verify,
  crypto_rs256_verify,
  log_write,  // From here on notes, whose answer says nothing.
  metrics_add,
  metrics_set,
  metrics_observe,
};

/// The ids of the services; the place of each is its bit in HostCalls::offered().
inline constexpr std::string_view kServiceIds[] = {
    "cj.log/1",     "cj.http/1", "cj.kv/1",    "cj.metrics/1", "cj.clock/1",
    "cj.secrets/1", "cj.emit/1", "cj.timer/1", "cj.random/1",  "cj.crypto/1"};
enum class Service : std::size_t {
  log,
  http,
  kv,
  metrics,
  clock,
  secrets,
  emit,
  timer,
  random,
  crypto
};

inline constexpr std::uint64_t kMostRandomBytes = 64 * 1024;  // Of one host_call.

/// What the functions take, in cj.h's order; what one does not take is empty.
struct HostArguments {
  std::array<std::string_view, 4> texts{};
  std::array<std::uint64_t, 2> numbers{};
};
void put(BodyWriter& out, const HostArguments& arguments);
HostArguments get_arguments(BodyReader& in);

/// What they give.
struct HostAnswer {
  std::uint32_t status = CJ_OK;
  std::uint64_t number = 0;
  std::string bytes{};
};
void put(BodyWriter& out, const HostAnswer& answer);
HostAnswer get_answer(BodyReader& in);

/// The host's side of a worker's cj_host: runs what the worker asks for with the instance's own
/// services, which judge it as they judge a plugin in this process. Threads: any.
class HostCalls {
 public:
  /// `host` outlives this object.
  explicit HostCalls(const cj_host& host);

  /// A bit for each service of kServiceIds.
  std::uint32_t offered() const;

  /// The body of the host_result to a host_call's, or nullopt: this is no call. Blocks as the
  /// service does. `latest_ns`: of the host's monotonic clock; what the worker asks for gives up by
  /// then; 0: when it says itself.
  std::optional<std::string> answer(std::string_view body, std::uint64_t latest_ns) const;
  /// Does what a note asks for. False: this is none.
  bool note(std::string_view body) const;

 private:
  template <class Table>
  const Table* table(Service service) const {
    return reinterpret_cast<const Table*>(tables_[static_cast<std::size_t>(service)]);
  }
  std::optional<std::string> request(HostFunction function, BodyReader& in,
                                     std::uint64_t latest_ns) const;
  std::optional<HostAnswer> call(HostFunction function, const HostArguments& with) const;
  std::optional<HostAnswer> kv_call(HostFunction function, const HostArguments& with) const;
  std::optional<HostAnswer> crypto_call(HostFunction function, const HostArguments& with) const;

  void* ctx_;
  std::array<const cj_ext_header*, std::size(kServiceIds)> tables_{};
};

}  // namespace conserje
