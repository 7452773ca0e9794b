#pragma once

#include <string>
#include <string_view>

#include "conserje/wire.hpp"
#include "guard/clock.hpp"

namespace conserje {

/// The bounds of what a plugin may answer with an error.
inline constexpr std::size_t kErrorTextLimit = 4096;
inline constexpr Millis kMaxRetryAfter{24 * 3'600'000};

/// A plugin's text as it may stand in logs and tables: well-formed, on one line, at most `limit`
/// bytes of it.
std::string people_text(std::string_view bytes, std::size_t limit);

/// Makes `result` empty and ok. Field by field: one memset of the whole is a `rep stos`, 25 ns.
void clear(cj_result& result);

/// The failure that `result` tells of. Borrows nothing.
Error to_error(const cj_result& result);

}  // namespace conserje
