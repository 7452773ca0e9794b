#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "admin/endpoint.hpp"
#include "store/deposits.hpp"

namespace conserje {

/// Bounds of a refusal's reason, in bytes.
inline constexpr std::size_t kLongestRefusal = 300;

/// What the area does beside reading; app hands it over. Threads: any, several at once.
struct DepositsArea {
  std::string tenant{};
  /// False: it was decided before. Errors: those of Database.
  std::function<Result<bool>(const DepositRow&, const Deposits::Decision&)> decide{};
};

/// /api/v1/admin/deposits: list, show, approve, refuse. rows: outlives the endpoints.
std::vector<Endpoint> deposit_endpoints(Deposits& rows, DepositsArea area);

}  // namespace conserje
