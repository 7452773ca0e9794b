#pragma once

#include <string>
#include <string_view>

#include "conserje/host.hpp"
#include "conserje/result.hpp"

namespace conserje::vapi {

/// What an answer of VAPI that is no success means for the request. The text is VAPI's own reason,
/// cut; never the caller's words. Source: https://docs.vapi.ai/api-reference
Error to_error(const HttpResponse& response);

/// Whether the call that a control URL belongs to is over.
bool is_over(const HttpResponse& response);

}  // namespace conserje::vapi
