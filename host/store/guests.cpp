#include "store/guests.hpp"

#include "guard/phone_number.hpp"

namespace conserje {
namespace {

constexpr auto kGuest = R"sql(
    SELECT guest FROM guest_addresses WHERE tenant = $1 AND channel = $2 AND address = $3)sql";

// An address keeps the guest that it was given first.
constexpr auto kRemember = R"sql(
    INSERT INTO guest_addresses (tenant, channel, address, guest, last_inbound_ms)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant, channel, address) DO UPDATE SET last_inbound_ms =
      CASE WHEN excluded.last_inbound_ms > guest_addresses.last_inbound_ms
           THEN excluded.last_inbound_ms ELSE guest_addresses.last_inbound_ms END)sql";

constexpr auto kLastInbound = R"sql(
    SELECT MAX(theirs.last_inbound_ms) AS last_ms FROM guest_addresses AS mine
    JOIN guest_addresses AS theirs ON theirs.tenant = mine.tenant
      AND theirs.channel = mine.channel AND theirs.guest = mine.guest
    WHERE mine.tenant = $1 AND mine.channel = $2 AND mine.address = $3)sql";

constexpr WallTime kNever{};

}  // namespace

Result<std::string> Guests::resolve(const GuestAddress& who) {
  return database_.read([&](Transaction& tx) -> std::string {
    const auto guest_of = [&](const std::string& address) -> std::optional<std::string> {
      const auto rows = tx.query(kGuest, who.tenant, who.channel, canonical_number(address));
      if (rows.empty()) return std::nullopt;
      return rows.front().text("guest");
    };
    if (const auto known = guest_of(who.address)) return *known;
    for (const auto& alias : who.aliases)
      if (const auto known = guest_of(alias)) return *known;
    return canonical_number(who.address);
  });
}

void Guests::wrote(Transaction& tx, const GuestAddress& who, const std::string& guest,
                   WallTime at) {
  tx.execute(kRemember, who.tenant, who.channel, canonical_number(who.address), guest, at);
  for (const auto& alias : who.aliases)
    tx.execute(kRemember, who.tenant, who.channel, canonical_number(alias), guest, kNever);
}

Result<std::optional<WallTime>> Guests::last_inbound(const std::string& tenant,
                                                     const std::string& channel,
                                                     const std::string& address) {
  return database_.read([&](Transaction& tx) -> std::optional<WallTime> {
    const auto rows = tx.query(kLastInbound, tenant, channel, canonical_number(address));
    if (rows.empty() || rows.front().is_null("last_ms")) return std::nullopt;
    const auto at = rows.front().time("last_ms");
    if (at == kNever) return std::nullopt;
    return at;
  });
}

}  // namespace conserje
