#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// Who wrote: the address that he wrote from, and others that the provider told with it.
struct GuestAddress {
  std::string tenant{};
  std::string channel{};
  std::string address{};
  std::vector<std::string> aliases{};
};

/// One guest is one guest, whatever addresses he appears under: table `guest_addresses`. Numbers
/// are compared in their canonical form. Threads: any. Errors: those of Database.
class Guests {
 public:
  explicit Guests(Database& database) : database_(database) {}  // Outlives the Guests.

  /// The address that this guest was known by first; his own when he is new. When two of his
  /// addresses were known as two guests, the one that he writes from decides.
  Result<std::string> resolve(const GuestAddress& who);
  /// Remembers that `guest` wrote at `at`, and under which addresses.
  void wrote(Transaction& tx, const GuestAddress& who, const std::string& guest, WallTime at);
  /// When the guest with this address last wrote on this channel, from whichever of his addresses;
  /// nullopt: never.
  Result<std::optional<WallTime>> last_inbound(const std::string& tenant,
                                               const std::string& channel,
                                               const std::string& address);

 private:
  Database& database_;
};

}  // namespace conserje
