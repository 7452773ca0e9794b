#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace conserje {

struct KindMethod {
  std::string_view name;
  std::uint32_t number;  // CJ_METHOD

  bool operator==(const KindMethod&) const = default;
};

/// One kind that this host calls: sdk/schema/<name>.v1.json.
struct Kind {
  std::string_view name;
  std::uint32_t number;    // CJ_KIND_*
  std::uint32_t revision;  // The newest one that this host knows.
  std::span<const KindMethod> methods;
};

/// All kinds, in the order of their numbers.
std::span<const Kind> kinds();

/// The kind of that name, or null.
const Kind* find_kind(std::string_view name);

}  // namespace conserje
