#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// What is known of one API token; not the token.
struct ApiTokenRow {
  std::string id{};
  std::string tenant{};
  std::string name{};
  std::string hash{};
  std::vector<std::string> scopes{};  // Without blanks.
  WallTime created{};
  std::optional<WallTime> expires{};
  std::optional<WallTime> last_used{};
  std::optional<WallTime> revoked{};

  bool operator==(const ApiTokenRow&) const = default;
};

/// What one tenant may keep: more tokens than this nobody watches over.
inline constexpr std::int64_t kMostApiTokens = 1'000;
/// A token that was revoked or has expired is shown this long.
inline constexpr std::chrono::days kEndedApiTokensKept{90};

/// Table `api_tokens`. Threads: any. Errors: those of Database.
class ApiTokens {
 public:
  explicit ApiTokens(Database& database) : database_(database) {}  // Outlives the ApiTokens.

  /// False: its id is taken. Errors: permanent, the tenant has kMostApiTokens of them.
  Result<bool> add(const ApiTokenRow& row);
  Result<std::optional<ApiTokenRow>> find(const std::string& tenant, const std::string& id);
  /// In the order of their ids, after id `after`, at most `limit`.
  Result<std::vector<ApiTokenRow>> list(const std::string& tenant, const std::string& after,
                                        std::int64_t limit);
  /// False: there is no such token, or it was revoked before.
  Result<bool> revoke(const std::string& tenant, const std::string& id, WallTime now);
  /// Records a use, soon; a record that is lost costs nothing.
  void touch(const std::string& tenant, const std::string& id, WallTime now);

 private:
  Database& database_;
};

}  // namespace conserje
