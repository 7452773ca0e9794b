#pragma once

#include <optional>
#include <string>

#include "store/database.hpp"

namespace conserje {

/// Until when each channel's messages were held against its provider's own list: table
/// `reconciliations`. Threads: any. Errors: those of Database.
class Reconciliations {
 public:
  explicit Reconciliations(Database& database) : database_(database) {}  // Outlives it.

  /// nullopt: never yet.
  Result<std::optional<WallTime>> until(const std::string& tenant, const std::string& channel);
  Status save(const std::string& tenant, const std::string& channel, WallTime until);

 private:
  Database& database_;
};

}  // namespace conserje
