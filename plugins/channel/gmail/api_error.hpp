#pragma once

#include <cstdint>

#include "conserje/host.hpp"

namespace conserje::gmail {

/// What a refused exchange with the Gmail API means; 401 is `auth`. A limit comes with the wait
/// that Retry-After or the text asks for. `attempt`: of the host, from 1. Source:
/// https://developers.google.com/workspace/gmail/api/guides/handle-errors
Error api_error(const HttpResponse& response, std::int64_t now_ms, std::uint32_t attempt);

/// What a refused exchange with the token endpoint means.
Error token_error(const HttpResponse& response);

}  // namespace conserje::gmail
