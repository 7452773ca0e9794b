#pragma once

#include <string>

#include "conserje/host.hpp"
#include "conserje/result.hpp"

/// WAHA's errors in the classes of ours. Source: https://waha.devlike.pro/docs/how-to/sessions/ and
/// the server's filters of exceptions.
namespace conserje::waha {

/// The error that a refused HTTP exchange means. vendor_code: the session's status where that is
/// the reason, else the HTTP status. The text has nothing of the request, which WAHA may echo.
Error to_error(const HttpResponse& response);

/// The text of an engine's exception (HTTP 500), by which a repetition is known; empty: none.
std::string exception_text(const HttpResponse& response);

/// What WAHA answers is JSON or nothing; a page of a proxy or a login is somebody else's.
/// Errors: config, it is neither.
Status check_is_wahas(const HttpResponse& response);

}  // namespace conserje::waha
