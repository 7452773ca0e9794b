#include "store/flags.hpp"

#include <algorithm>
#include <iterator>

namespace conserje {
namespace {

constexpr auto kFind = R"sql(
    SELECT percentage FROM flags WHERE name = $1 AND (tenant = $2 OR tenant = '')
    ORDER BY tenant DESC LIMIT 1)sql";

constexpr auto kSet = R"sql(
    INSERT INTO flags (tenant, name, percentage, updated_ms) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, name) DO UPDATE
    SET percentage = excluded.percentage, updated_ms = excluded.updated_ms)sql";

constexpr auto kReset = "DELETE FROM flags WHERE tenant = $1 AND name = $2";

/// What is of one tenant behind what is of all, so that it counts.
constexpr auto kAll = R"sql(
    SELECT name, percentage FROM flags WHERE tenant = $1 OR tenant = ''
    ORDER BY name, tenant LIMIT 1000)sql";

/// As compiled: the flag's percentage.
constexpr std::pair<std::string_view, std::int64_t> kCompiled[] = {
    {kFlagEnhancedFallback, 100},
    {kFlagReservationCode, 100},
    {"tenancy.dynamic.enabled", 100},
    {"audio.processor.optimized", 100},
};

std::int64_t compiled(std::string_view name) {
  const auto found =
      std::ranges::find(kCompiled, name, &std::pair<std::string_view, std::int64_t>::first);
  return found == std::end(kCompiled) ? 0 : found->second;
}

/// 0 to 99, the same on every host: FNV-1a of both.
std::int64_t bucket_of(std::string_view name, std::string_view subject) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const auto part : {name, std::string_view("|"), subject})
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return static_cast<std::int64_t>((hash ^ (hash >> 32U)) % 100U);
}

}  // namespace

std::string_view to_string(FlagOrigin origin) {
  switch (origin) {
    case FlagOrigin::compiled: return "compiled";
    case FlagOrigin::declared: return "declared";
    case FlagOrigin::stored: return "stored";
  }
  return "";
}

std::int64_t Flags::otherwise(std::string_view name) const {
  const auto found = declared_.find(std::string(name));
  return found == declared_.end() ? compiled(name) : std::int64_t{found->second};
}

bool Flags::is_on(const std::string& tenant, std::string_view name, std::string_view subject) {
  return bucket_of(name, subject) < stored(tenant, name).value_or(otherwise(name));
}

std::optional<std::int64_t> Flags::stored(const std::string& tenant, std::string_view name) {
  const auto now = clock_.monotonic();
  const std::pair key(tenant, std::string(name));
  std::optional<std::int64_t> before;  // Better than nothing while the store is away.
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && now < known->second.until) return known->second.percentage;
    if (known != known_.end()) before = known->second.percentage;
  }
  const auto read = database_.read([&](Transaction& tx) -> std::optional<std::int64_t> {
    const auto rows = tx.query(kFind, name, tenant);
    if (rows.empty()) return std::nullopt;
    return rows.front().integer("percentage");
  });
  const auto percentage = read ? *read : before;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kFlagsKnown) known_.clear();
  known_[key] = {percentage, now + kFlagMemory};
  return percentage;
}

Status Flags::set(const std::string& tenant, const std::string& name, std::int64_t percentage) {
  if (percentage < 0 || percentage > 100)
    return Error{ErrorClass::permanent, "a percentage from 0 to 100 is needed"};
  const auto stored = database_.transact(
      [&](Transaction& tx) { tx.execute(kSet, tenant, name, percentage, clock_.now()); });
  if (!stored) return stored.error();
  forget();
  return Done{};
}

Status Flags::reset(const std::string& tenant, const std::string& name) {
  const auto removed =
      database_.transact([&](Transaction& tx) { tx.execute(kReset, tenant, name); });
  if (!removed) return removed.error();
  forget();
  return Done{};
}

Result<std::vector<FlagView>> Flags::all(const std::string& tenant) {
  std::map<std::string, FlagView> flags;
  const auto as = [&](const std::string& name, std::int64_t percentage, FlagOrigin origin) {
    flags[name] = {name, percentage, origin, otherwise(name)};
  };
  for (const auto& [name, percentage] : kCompiled)
    as(std::string(name), percentage, FlagOrigin::compiled);
  for (const auto& [name, percentage] : declared_) as(name, percentage, FlagOrigin::declared);
  const auto read = database_.read([&](Transaction& tx) {
    std::vector<std::pair<std::string, std::int64_t>> rows;
    for (const auto& row : tx.query(kAll, tenant))
      rows.emplace_back(row.text("name"), row.integer("percentage"));
    return rows;
  });
  if (!read) return read.error();
  for (const auto& [name, percentage] : *read) as(name, percentage, FlagOrigin::stored);

  std::vector<FlagView> out;
  for (auto& [name, view] : flags) out.push_back(std::move(view));
  return out;
}

/// Read anew by whoever asks next.
void Flags::forget() {
  const std::lock_guard lock(mutex_);
  known_.clear();
}

}  // namespace conserje
