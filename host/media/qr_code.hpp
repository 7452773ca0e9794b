#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

inline constexpr std::size_t kLongestQrText = 200;  // Bytes.

/// `text` as a QR code, in black and white, with the quiet zone that ISO/IEC 18004 asks for: a PNG
/// of at most 30 kB. Errors: permanent, the text is empty or over kLongestQrText; retry, there is
/// no memory. Threads: any.
Result<std::string> qr_code_png(std::string_view text);

}  // namespace conserje
