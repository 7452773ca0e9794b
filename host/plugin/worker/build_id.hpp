#pragma once

#include <string>
#include <string_view>

namespace conserje {

/// The build id of a 64-bit little-endian ELF file, in hexadecimal: what a debugger finds its
/// symbols by. Empty: it has none. Pure and bounded.
std::string build_id(std::string_view bytes);

}  // namespace conserje
