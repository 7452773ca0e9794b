#pragma once

#include <string_view>

namespace conserje {

/// True when `text` fits `pattern`, in which each `*` stands for any run of characters, dots
/// included: "reservation.*" fits "reservation.created", "*" fits everything. Time: product of the
/// lengths at most.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace conserje
