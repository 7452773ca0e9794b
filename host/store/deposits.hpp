#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

enum class DepositState : unsigned char { waiting, approved, refused };

std::string_view to_string(DepositState state);

/// A guest's receipt of a payment.
struct DepositRow {
  std::int64_t id = 0;  // Given by `add`.
  std::string tenant{};
  std::string lane{};         // The guest, as in `inbox`.
  std::string reservation{};  // Its reference.
  std::string channel{};
  std::string message_id{};  // That brought it.
  std::string media{};       // JSON, channel::Media.
  DepositState state = DepositState::waiting;
  WallTime received{};
  std::optional<WallTime> decided{};
  std::string reason{};        // Of a refusal, in the staff's words.
  std::string decided_by{};    // The token that was used.
  std::string conversation{};  // As found: what the guest's is called outside; empty: none.

  bool operator==(const DepositRow&) const = default;
};

/// Table `deposits`. Threads: any. Errors: those of Database.
class Deposits {
 public:
  explicit Deposits(Database& database) : database_(database) {}  // Outlives the Deposits.

  /// Once for each message.
  static void add(Transaction& tx, const DepositRow& deposit);
  /// What the staff has not looked at, the oldest first, at most `limit`.
  Result<std::vector<DepositRow>> waiting(const std::string& tenant, std::int64_t limit);
  /// After id `after`, the oldest first, at most `limit`; state: these alone.
  Result<std::vector<DepositRow>> list(const std::string& tenant, std::int64_t after,
                                       std::optional<DepositState> state, std::int64_t limit);
  Result<std::optional<DepositRow>> find(const std::string& tenant, std::int64_t id);
  /// How the staff decided.
  struct Decision {
    DepositState state = DepositState::approved;
    std::string reason{};
    std::string by{};
  };
  /// False: it is none of the tenant's, or was decided before.
  static bool decide(Transaction& tx, const std::string& tenant, std::int64_t id,
                     const Decision& decision, WallTime now);

 private:
  Database& database_;
};

}  // namespace conserje
