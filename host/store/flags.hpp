#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// By its name, for how many percent of the guests a feature is on.
using FlagShares = std::map<std::string, unsigned>;

/// Where a flag's percentage comes from: what is stored comes before what the configuration
/// declares, and that before what is compiled.
enum class FlagOrigin : unsigned char { compiled, declared, stored };

std::string_view to_string(FlagOrigin origin);

/// One flag as it is for a tenant.
struct FlagView {
  std::string name{};
  std::int64_t percentage = 0;
  FlagOrigin origin = FlagOrigin::compiled;
  std::int64_t otherwise = 0;  // Its percentage without what is stored.

  bool operator==(const FlagView&) const = default;
};

/// Switches of features: table `flags`. What it does not have, or the store cannot tell, is as
/// declared, or as compiled; what it has is known for kFlagMemory. Threads: any.
class Flags {
 public:
  /// Both outlive the Flags.
  Flags(Database& database, const Clock& clock, FlagShares declared = {})
      : database_(database), clock_(clock), declared_(std::move(declared)) {}

  /// Whether `name` is on for `subject` (a guest's hash): the same answer for as long as the
  /// percentage is the same, and still on for him when it grows. A flag that nobody knows is off.
  bool is_on(const std::string& tenant, std::string_view name, std::string_view subject);

  /// For one tenant; an empty one: for all that have no own. percentage: 0 off, 100 on.
  /// Errors: those of Database; permanent, the percentage is none.
  Status set(const std::string& tenant, const std::string& name, std::int64_t percentage);
  /// As declared or compiled again. Errors: those of Database.
  Status reset(const std::string& tenant, const std::string& name);
  /// All that is compiled, declared or stored, by name. Errors: those of Database.
  Result<std::vector<FlagView>> all(const std::string& tenant);

 private:
  struct Known {
    std::optional<std::int64_t> percentage{};  // nullopt: not in the table.
    MonotonicTime until{};
  };
  std::optional<std::int64_t> stored(const std::string& tenant, std::string_view name);
  std::int64_t otherwise(std::string_view name) const;
  void forget();

  Database& database_;
  const Clock& clock_;
  const FlagShares declared_;
  std::mutex mutex_{};  // Guards known_.
  std::map<std::pair<std::string, std::string>, Known> known_{};
};

inline constexpr Millis kFlagMemory{30'000};
inline constexpr std::size_t kFlagsKnown = 1'000;  // At once; beyond it all are read again.

/// Two likely readings of a message are put before the guest.
inline constexpr std::string_view kFlagEnhancedFallback = "nlp.fallback.enhanced";
/// A reservation that was made is shown as a QR code.
inline constexpr std::string_view kFlagReservationCode = "reservation.code";

}  // namespace conserje
