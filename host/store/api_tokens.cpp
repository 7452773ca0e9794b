#include "store/api_tokens.hpp"

#include <algorithm>
#include <string_view>

namespace conserje {
namespace {

constexpr auto kForget = R"sql(
    DELETE FROM api_tokens WHERE tenant = $1 AND (revoked_ms < $2 OR expires_ms < $2))sql";

constexpr auto kCount = "SELECT count(*) AS count FROM api_tokens WHERE tenant = $1";

constexpr auto kAdd = R"sql(
    INSERT INTO api_tokens (id, tenant, name, hash, scopes, created_ms, expires_ms, last_used_ms, revoked_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (id) DO NOTHING)sql";

constexpr auto kFind = "SELECT * FROM api_tokens WHERE tenant = $1 AND id = $2";

constexpr auto kList =
    "SELECT * FROM api_tokens WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";

constexpr auto kRevoke = R"sql(
    UPDATE api_tokens SET revoked_ms = $1 WHERE tenant = $2 AND id = $3 AND revoked_ms IS NULL)sql";

constexpr auto kTouch = "UPDATE api_tokens SET last_used_ms = $1 WHERE tenant = $2 AND id = $3";

std::string in_one_text(const std::vector<std::string>& scopes) {
  std::string text;
  for (const auto& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

std::vector<std::string> scopes_of(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    scopes.emplace_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return scopes;
}

ApiTokenRow token_of(const Row& row) {
  return {.id = row.text("id"),
          .tenant = row.text("tenant"),
          .name = row.text("name"),
          .hash = row.text("hash"),
          .scopes = scopes_of(row.text("scopes")),
          .created = row.time("created_ms"),
          .expires = row.optional_time("expires_ms"),
          .last_used = row.optional_time("last_used_ms"),
          .revoked = row.optional_time("revoked_ms")};
}

}  // namespace

Result<bool> ApiTokens::add(const ApiTokenRow& row) {
  return database_.transact([&](Transaction& tx) {
    tx.execute(kForget, row.tenant, row.created - kEndedApiTokensKept);
    if (tx.query(kCount, row.tenant).front().integer("count") >= kMostApiTokens)
      abort_transaction({ErrorClass::permanent, "there are " + std::to_string(kMostApiTokens) +
                                                    " API tokens already; revoked ones are "
                                                    "forgotten after 90 days"});
    return tx.execute(kAdd, row.id, row.tenant, row.name, row.hash, in_one_text(row.scopes),
                      row.created, row.expires, row.last_used, row.revoked) == 1;
  });
}

Result<std::optional<ApiTokenRow>> ApiTokens::find(const std::string& tenant,
                                                   const std::string& id) {
  return database_.read([&](Transaction& tx) -> std::optional<ApiTokenRow> {
    const auto rows = tx.query(kFind, tenant, id);
    if (rows.empty()) return std::nullopt;
    return token_of(rows.front());
  });
}

Result<std::vector<ApiTokenRow>> ApiTokens::list(const std::string& tenant,
                                                 const std::string& after, std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<ApiTokenRow> tokens;
    for (const auto row : tx.query(kList, tenant, after, limit)) tokens.push_back(token_of(row));
    return tokens;
  });
}

Result<bool> ApiTokens::revoke(const std::string& tenant, const std::string& id, WallTime now) {
  return database_.transact(
      [&](Transaction& tx) { return tx.execute(kRevoke, now, tenant, id) == 1; });
}

void ApiTokens::touch(const std::string& tenant, const std::string& id, WallTime now) {
  database_.enqueue([=](Transaction& tx) { tx.execute(kTouch, now, tenant, id); },
                    [](const Result<Done>&) {}, tenant.size() + id.size());
}

}  // namespace conserje
