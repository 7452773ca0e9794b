#pragma once

#include <span>
#include <string>
#include <vector>

#include "guard/clock.hpp"
#include "guard/embedded.hpp"
#include "store/database.hpp"

namespace conserje {

/// The files of host/store/migrations, in the order of their numbers.
extern const std::span<const EmbeddedFile> kMigrations;

/// What a migration run found and did.
struct MigrationReport {
  std::vector<std::string> before{};   // Names of the migrations that had been applied.
  std::vector<std::string> applied{};  // Those applied now, in order.

  bool operator==(const MigrationReport&) const = default;
};

/// Brings the tables up to this host: applies the missing migrations in order, each in its own
/// transaction, and records them with the hash of their text in `schema_migrations`. Safe to run
/// from several hosts at once: one works, the others wait. Errors: `config`, the database is newer
/// than this host, or the text of an applied migration has changed since (nothing is changed then);
/// any of Database.
Result<MigrationReport> migrate(Database& database, WallTime now,
                                std::span<const EmbeddedFile> migrations = kMigrations);

}  // namespace conserje
