#pragma once

#include <optional>
#include <string>

#include "store/database.hpp"

namespace conserje {

/// One write to a PMS: what was decided and, once known, what came of it.
struct ActRow {
  std::string tenant{};
  std::string idempotency_key{};  // From the message's id: the same after a crash.
  std::string decision{};         // JSON, the command to the PMS.
  std::optional<std::string>
      outcome{};  // JSON; nullopt: not known, the call may or may not have happened.
  WallTime created{};

  bool operator==(const ActRow&) const = default;
};

/// The journal of PMS writes, table `acts`: a message that is handled again after `kill -9` repeats
/// the decision that was taken, with the same key, instead of taking another. Threads: any. Errors:
/// those of Database.
class Acts {
 public:
  explicit Acts(Database& database) : database_(database) {}  // Outlives the Acts.

  /// Makes `decision` durable before the PMS is called. The act that counts: this one, or the one
  /// that an earlier try of the same key decided, with its outcome if it is known.
  Result<ActRow> decide(const std::string& tenant, const std::string& idempotency_key,
                        const std::string& decision, WallTime now);
  /// Records what came of it. The first outcome stays.
  Status record(const std::string& tenant, const std::string& idempotency_key,
                const std::string& outcome);
  void record(Transaction& tx, const std::string& tenant, const std::string& idempotency_key,
              const std::string& outcome);
  Result<std::optional<ActRow>> find(const std::string& tenant, const std::string& idempotency_key);

 private:
  Database& database_;
};

}  // namespace conserje
