#pragma once

#include <string>
#include <string_view>

namespace conserje {

/// A guest's name in logs and events: the first 16 hex digits of HMAC-SHA256(key, id). The same
/// guest is recognised again; without the tenant's key nobody gets back to the phone number.
/// Threads: any.
std::string hash_guest(std::string_view key, std::string_view id);

}  // namespace conserje
