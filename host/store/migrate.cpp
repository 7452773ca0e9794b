#include "store/migrate.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace conserje {
namespace {

constexpr auto kCreate = R"sql(
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL, applied_ms BIGINT NOT NULL))sql";

constexpr auto kApplied = "SELECT name, sha256 FROM schema_migrations ORDER BY name";

constexpr auto kRecord = R"sql(
    INSERT INTO schema_migrations (name, sha256, applied_ms) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO NOTHING)sql";

std::string sha256(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const auto byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

/// What stands between `applied` (name, hash) and this host's migrations; nullopt: nothing.
std::optional<Error> mismatch(const std::vector<std::pair<std::string, std::string>>& applied,
                              std::span<const EmbeddedFile> migrations) {
  for (const auto& [name, hash] : applied) {
    const auto ours = std::find_if(migrations.begin(), migrations.end(),
                                   [&name = name](const auto& file) { return file.name == name; });
    if (ours == migrations.end())
      return Error{ErrorClass::config,
                   "store: the database is newer than this host: it has migration " + name +
                       ", which this host does not know; run the newer host"};
    if (sha256(ours->text) != hash)
      return Error{ErrorClass::config,
                   "store: migration " + name +
                       " was applied with another text than this host has; run the host "
                       "that made the database"};
  }
  return std::nullopt;
}

}  // namespace

Result<MigrationReport> migrate(Database& database, WallTime now,
                                std::span<const EmbeddedFile> migrations) {
  const auto create = [](Transaction& tx) { tx.run_script(kCreate); };
  auto created = database.transact(create);
  if (!created)
    created =
        database.transact(create);  // PostgreSQL lets one of two hosts that create at once fail.
  if (!created) return created.error();

  const auto applied = database.read([](Transaction& tx) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto row : tx.query(kApplied))
      found.emplace_back(row.text("name"), row.text("sha256"));
    return found;
  });
  if (!applied) return applied.error();
  if (const auto problem = mismatch(*applied, migrations)) return *problem;

  MigrationReport report;
  for (const auto& [name, hash] : *applied) report.before.push_back(name);
  for (const auto& [name, text] : migrations) {
    if (std::find(report.before.begin(), report.before.end(), name) != report.before.end())
      continue;
    // The record goes first: another host that migrates now waits at its key, and then finds it
    // taken.
    const auto ours = database.transact([&, name = name, text = text](Transaction& tx) {
      if (tx.execute(kRecord, name, sha256(text), now) == 0) return false;
      tx.run_script(text);
      return true;
    });
    if (!ours) return ours.error();
    if (*ours) report.applied.emplace_back(name);
  }
  return report;
}

}  // namespace conserje
