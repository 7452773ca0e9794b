#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "admin/endpoint.hpp"
#include "store/flags.hpp"

namespace conserje {

/// What the area shows and does; app hands it over. Threads: any, several at once. Errors: those of
/// Database.
struct FlagsArea {
  std::function<Result<std::vector<FlagView>>()> all{};  // By name.
  std::function<Status(const std::string& name, std::int64_t percentage)> set{};
  std::function<Status(const std::string& name)> reset{};
};

/// /api/v1/admin/flags: list, set, reset.
std::vector<Endpoint> flag_endpoints(FlagsArea area);

}  // namespace conserje
