#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/result.hpp"
#include "http/server.hpp"

namespace conserje {

/// One member of a request's body that is wrong.
struct Fault {
  std::string pointer;  // RFC 6901, such as "/scopes/0".
  std::string detail;

  bool operator==(const Fault&) const = default;
};

/// Why the admin API does not do what it was asked (RFC 9457).
struct Problem {
  int status = 500;
  std::string detail{};  // What was found, what is needed, who must act. No secret.
  std::vector<Fault> faults{};
  std::string results{};  // JSON: what of a work was done and what was not; empty: left out.
  std::vector<std::pair<std::string, std::string>> headers{};

  bool operator==(const Problem&) const = default;
};

/// What a store, or who works with one, did not do: 409 where that will stay so, else 503.
Problem store_problem(const Error& error);

/// 400: what a list was to begin after is not of this list.
Problem bad_page();

/// instance: the request's correlation id.
Response to_response(const Problem& problem, std::string_view instance);

}  // namespace conserje
