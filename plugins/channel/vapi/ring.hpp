#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/channel.hpp"

/// Calls that we begin: what goes to VAPI, and which one of its list is ours. Pure.
/// Source: https://docs.vapi.ai/api-reference/calls/create
namespace conserje::vapi {

/// VAPI lists so many calls at once.
inline constexpr std::size_t kMostListed = 100;

/// Whether VAPI can telephone it: E.164.
bool is_number(std::string_view address);

/// The body of POST /call: the assistant that `request.template_` names calls the guest, and knows
/// the parameters as {{parameter_1}}, {{parameter_2}} ...
std::string to_call(const channel::SendRequest& request, std::string_view phone_number_id);

/// The id of the call that VAPI has begun. Errors: deadline, the answer names none, so nobody
/// knows.
Result<std::string> read_begun(std::string_view body);

/// The address of the list of calls that were made after `since_ms`.
std::string list_url(std::string_view api_url, std::int64_t since_ms);

/// What the list says of the call for `request`.
struct Found {
  std::string call_id{};  // Empty: it is not there.
  bool is_whole = true;   // The list holds all calls of its time.

  bool operator==(const Found&) const = default;
};
/// Errors: retry, it is no list.
Result<Found> find_call(std::string_view body, const channel::SendRequest& request);

}  // namespace conserje::vapi
