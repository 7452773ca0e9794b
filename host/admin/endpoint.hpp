#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/problem.hpp"
#include "admin/request.hpp"
#include "conserje/json.hpp"

namespace conserje {

/// What a token can be good for; "*" is all of it.
inline constexpr std::string_view kScopes[] = {"conversations:read",
                                               "conversations:write",
                                               "deposits:read",
                                               "deposits:write",
                                               "flags:read",
                                               "flags:write",
                                               "plugins:read",
                                               "plugins:write",
                                               "tokens:read",
                                               "tokens:write",
                                               "*"};

/// Who calls: a token that has been verified.
struct Caller {
  std::string id{};
  std::vector<std::string> scopes{};

  bool may(std::string_view scope) const {
    return std::ranges::any_of(scopes,
                               [&](const std::string& own) { return own == scope || own == "*"; });
  }
  bool operator==(const Caller&) const = default;
};

/// Which part of a list is wanted: `?limit=50&after=NEXT`.
struct Page {
  static constexpr std::size_t kLongest = 200;

  std::size_t limit = 100;  // 1 to kLongest.
  std::string after{};      // The `next` of the page before; empty: from the start.

  bool operator==(const Page&) const = default;
};

/// One request, when everything about it that is the same for all endpoints has been checked.
struct AdminCall {
  Caller caller{};
  std::vector<std::string> path{};  // What stands for the {...} of Endpoint::path.
  Query query{};                    // Of Endpoint::query, those that are there.
  Page page{};                      // Where Endpoint::is_list.
  Json body{};                      // Where Endpoint::takes_body.
  std::string key{};                // Idempotency-Key, where Endpoint::needs_key.
};

struct AdminAnswer {
  int status = 200;
  std::string json{};  // Empty: no body (204).
  std::vector<std::pair<std::string, std::string>> headers{};

  bool operator==(const AdminAnswer&) const = default;
};

using AdminOutcome = std::variant<AdminAnswer, Problem>;

/// One call of the API. What it says here stands in openapi.yaml as well; a test compares them.
struct Endpoint {
  std::string method{};  // All but GET write, and leave a line in the log.
  std::string path{};    // "/api/v1/admin/plugins/{name}"
  std::string scope{};   // The one that a token needs.
  bool is_list = false;  // Takes `limit` and `after`; answers page_json().
  bool takes_body = false;
  bool needs_key = false;            // Once for each Idempotency-Key.
  std::vector<std::string> query{};  // Parameters beside those of a list.
  /// [pool thread, several at once]
  std::function<AdminOutcome(const AdminCall&)> handle{};
};

/// One page: {"items": [...], "next": ...}. `items`: those after Page::after, one more than
/// Page::limit where there are more; `key` is what the next page begins after.
template <class T, class Key>
std::string page_json(const std::vector<T>& items, const Page& page, Key&& key) {
  const auto shown = std::min(items.size(), page.limit);
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (std::size_t i = 0; i < shown; ++i) json.value(items[i]);
  json.end_array();
  json.key("next");
  if (shown < items.size()) {
    json.value(key(items[shown - 1]));
  } else {
    json.raw("null");
  }
  json.end_object();
  return text;
}

}  // namespace conserje
