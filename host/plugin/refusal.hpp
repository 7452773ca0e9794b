#pragma once

#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

/// Why a plugin is not loaded, told so that somebody can act on it. Class: config. Text, the lines
/// after the first indented like those of a Finding:
///
///   FOUND
///       needed: NEEDED
///       who must act: WHO
///       do: FIX
///
/// `fix` is the exact command, or the exact line of the configuration; it may have several lines.
Error refusal(std::string_view found, std::string_view needed, std::string_view who,
              std::string_view fix);

/// Who can act on a refusal.
inline constexpr std::string_view kOperator = "the operator of this host";
inline constexpr std::string_view kVendor = "the vendor of the plugin";

}  // namespace conserje
