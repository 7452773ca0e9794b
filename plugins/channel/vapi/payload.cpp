#include "payload.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "conserje/time.hpp"

namespace conserje::vapi {
namespace {

const Json kNull = nullptr;

/// Looked at before the tree is made: whoever walks the tree later goes as deep as it is.
bool nests_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::optional<std::int64_t> whole(std::string_view digits) {
  std::int64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || failure != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// "2026-08-05T09:00:03.000Z"; the fraction may miss.
std::optional<std::int64_t> iso_ms(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto hour = whole(text.substr(11, 2));
  const auto minute = whole(text.substr(14, 2));
  const auto second = whole(text.substr(17, 2));
  if (!date || !hour || !minute || !second) return std::nullopt;
  const auto fraction = text.size() >= 24 && text[19] == '.' ? whole(text.substr(20, 3)) : 0;
  const auto days = std::chrono::sys_days(*date).time_since_epoch().count();
  return ((std::int64_t{days} * 24 + *hour) * 60 + *minute) * 60'000 + *second * 1000 +
         fraction.value_or(0);
}

}  // namespace

Result<Json> parse_document(std::string_view text) {
  if (nests_too_deep(text))
    return Error{ErrorClass::permanent,
                 "vapi: nests deeper than " + std::to_string(kMaxDepth) + " levels"};
  return parse_json(text);
}

const Json& member(const Json& json, std::string_view name) {
  if (!json.is_object()) return kNull;
  const auto found = json.find(name);
  return found == json.end() ? kNull : *found;
}

std::string text(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? value.dump() : std::string();
}

bool flag(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_boolean() && value.get<bool>();
}

std::optional<std::int64_t> time_ms(const Json& value) {
  std::optional<std::int64_t> ms;
  if (value.is_number_integer()) {
    ms = value.get<std::int64_t>();
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number > 0 && number < 9e15) ms = static_cast<std::int64_t>(number);
  } else if (value.is_string()) {
    const auto& written = value.get_ref<const std::string&>();
    ms = iso_ms(written);
    if (!ms) ms = whole(written);
  }
  return ms && *ms > 0 ? ms : std::nullopt;
}

std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return std::string(text.substr(0, bytes));
}

}  // namespace conserje::vapi
