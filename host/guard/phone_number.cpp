#include "guard/phone_number.hpp"

#include <algorithm>

namespace conserje {
namespace {

bool is_number(std::string_view address) {
  if (address.size() < 8 || address.size() > 16 || address[0] != '+' || address[1] == '0')
    return false;
  return std::all_of(address.begin() + 1, address.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

/// `prefix` with what follows it, when that is `digits` digits; else nothing.
std::string_view behind(std::string_view number, std::string_view prefix, std::size_t digits) {
  if (!number.starts_with(prefix) || number.size() != prefix.size() + digits) return {};
  return number.substr(prefix.size());
}

}  // namespace

std::string canonical_number(std::string_view address) {
  std::string same(address);
  if (!is_number(address)) return same;
  if (const auto rest = behind(address, "+549", 10); !rest.empty())
    return "+54" + std::string(rest);
  if (const auto rest = behind(address, "+521", 10); !rest.empty())
    return "+52" + std::string(rest);
  const auto brazil = behind(address, "+55", 10);  // Two digits of area, eight of number.
  if (!brazil.empty() && brazil[2] >= '6') same.insert(5, "9");
  return same;
}

}  // namespace conserje
