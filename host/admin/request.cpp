#include "admin/request.hpp"

#include <algorithm>
#include <charconv>

#include "guard/http_text.hpp"

namespace conserje {
namespace {

/// Takes what stands before `separator` off `rest`, and the separator with it.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// A weight of 0, in any of its spellings, means "not this" (RFC 9110 12.4.2).
bool is_excluded(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = without_blanks(take_until(parameters, ';'));
    if (parameter.size() > 2 && equals_ignoring_case(parameter.substr(0, 2), "q="))
      return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

/// How exactly a media range names `type`: 3 itself, 2 "application/*", 1 "*/*", 0 not at all.
int closeness(std::string_view range, std::string_view type) {
  if (equals_ignoring_case(range, type)) return 3;
  const auto family = type.substr(0, type.find('/') + 1);
  if (range.ends_with("/*") && equals_ignoring_case(range.substr(0, range.size() - 1), family))
    return 2;
  return range == "*/*" ? 1 : 0;
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  const auto scheme = take_until(authorization, ' ');
  const auto credentials = without_blanks(authorization);
  if (!equals_ignoring_case(scheme, "Bearer") || credentials.empty()) return std::nullopt;
  return credentials;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text[0] != '%') {
      decoded += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto digits = text.substr(1, 2);
    unsigned char byte = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, byte, 16);
    if (digits.size() != 2 || failure != std::errc{} || stop != end) return std::nullopt;
    decoded += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return decoded;
}

Result<Query> read_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    auto value = take_until(text, '&');
    const auto name = percent_decoded(take_until(value, '='));
    const auto decoded = percent_decoded(value);
    if (!name || !decoded || name->empty())
      return Error{ErrorClass::permanent, "the query is not NAME=VALUE with & between"};
    if (!query.emplace(*name, *decoded).second)
      return Error{ErrorClass::permanent, "a query parameter is there twice"};
    if (query.size() > kMostParameters)
      return Error{ErrorClass::permanent, "the query has too many parameters"};
  }
  return query;
}

bool accepts(std::string_view accept, std::string_view type) {
  int closest = 0;
  bool taken = false;
  while (!accept.empty()) {
    auto parameters = take_until(accept, ',');
    const auto range = without_blanks(take_until(parameters, ';'));
    const auto close = closeness(range, type);
    if (close <= closest) continue;
    closest = close;
    taken = !is_excluded(parameters);
  }
  return taken;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equals_ignoring_case(without_blanks(take_until(content_type, ';')), type);
}

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return std::nullopt;
  std::vector<std::string> values;
  while (!pattern.empty() || !path.empty()) {
    const auto wanted = take_until(pattern, '/');
    const auto found = take_until(path, '/');
    if (!wanted.starts_with('{')) {
      if (wanted != found) return std::nullopt;
      continue;
    }
    auto value = percent_decoded(found);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(*std::move(value));
  }
  return values;
}

}  // namespace conserje
