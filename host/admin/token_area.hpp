#pragma once

#include <vector>

#include "admin/endpoint.hpp"
#include "admin/tokens.hpp"

namespace conserje {

/// Bounds of a token that is asked for.
inline constexpr std::size_t kLongestTokenName = 100;  // Bytes.
inline constexpr std::chrono::seconds kLongestTokenLife = std::chrono::days(3650);

/// /api/v1/admin/tokens: list, make, revoke. A token gives no scope that it does not have itself.
/// tokens: outlives the endpoints.
std::vector<Endpoint> token_endpoints(Tokens& tokens);

}  // namespace conserje
