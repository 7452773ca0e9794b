#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "store/database.hpp"

namespace conserje {

/// Switches of features: table `flags`. What it does not have, or the store cannot tell, is as
/// compiled; what it has is known for kFlagMemory. Threads: any.
class Flags {
 public:
  /// Both outlive the Flags.
  Flags(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Whether `name` is on for `subject` (a guest's hash): the same answer for as long as the
  /// percentage is the same, and still on for him when it grows. A flag that nobody knows is off.
  bool is_on(const std::string& tenant, std::string_view name, std::string_view subject);

  /// For one tenant; an empty one: for all that have no own. percentage: 0 off, 100 on.
  /// Errors: those of Database; permanent, the percentage is none.
  Status set(const std::string& tenant, const std::string& name, std::int64_t percentage);

 private:
  struct Known {
    std::optional<std::int64_t> percentage{};  // nullopt: not in the table.
    MonotonicTime until{};
  };
  std::optional<std::int64_t> stored(const std::string& tenant, std::string_view name);

  Database& database_;
  const Clock& clock_;
  std::mutex mutex_{};  // Guards known_.
  std::map<std::pair<std::string, std::string>, Known> known_{};
};

inline constexpr Millis kFlagMemory{30'000};
inline constexpr std::size_t kFlagsKnown = 1'000;  // At once; beyond it all are read again.

/// Two likely readings of a message are put before the guest.
inline constexpr std::string_view kFlagEnhancedFallback = "nlp.fallback.enhanced";

}  // namespace conserje
