#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// What a holder asked of a lock, and what he got.
struct LockAuditRow {
  std::int64_t id = 0;
  std::string resource{};
  std::string holder{};
  std::string action{};  // acquired, refused or released.
  WallTime at{};

  bool operator==(const LockAuditRow&) const = default;
};

/// What only one guest of a tenant may do at a time: tables `locks` and `lock_audit`. A lock that
/// is not released ends by itself. Threads: any. Errors: those of Database.
class Locks {
 public:
  explicit Locks(Database& database) : database_(database) {}  // Outlives the Locks.

  /// Takes `resource` until `now` + `ttl`, or longer than he had it; what came of it is in the
  /// audit, a refusal once however often he asks. False: somebody else holds it.
  Result<bool> acquire(const std::string& tenant, const std::string& resource,
                       const std::string& holder, WallTime now, Millis ttl);
  /// Gives back what he holds; nothing happens when he does not.
  static void release(Transaction& tx, const std::string& tenant, const std::string& resource,
                      const std::string& holder, WallTime now);
  /// What was asked of a resource, the latest first, at most `limit`.
  Result<std::vector<LockAuditRow>> audit(const std::string& tenant, const std::string& resource,
                                          std::int64_t limit);

 private:
  Database& database_;
};

}  // namespace conserje
