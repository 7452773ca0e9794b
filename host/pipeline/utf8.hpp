#pragma once

#include <cstddef>
#include <string_view>

namespace conserje {

/// How many bytes of `text` are well-formed UTF-8, counted from its beginning; text.size() when all
/// are.
std::size_t valid_utf8_prefix(std::string_view text);

/// The number of characters (code points) of well-formed text.
std::size_t utf8_length(std::string_view text);

}  // namespace conserje
