#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace conserje {

/// `bytes` in base64 with padding. Source: RFC 4648, 4.
inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
  };
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const unsigned group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i)
      out += i < digits ? kAlphabet[group >> (18 - 6 * i) & 63U] : '=';
  }
  return out;
}

}  // namespace conserje
