#include "guard/ids.hpp"

#include <openssl/evp.h>

#include <array>

namespace conserje {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32.

/// `length` characters, five bits each, of the SHA-256 of the parts; each part is preceded by its
/// length, so that
/// ("ab", "c") and ("a", "bc") differ.
std::string characters(std::initializer_list<std::string_view> parts, std::size_t length) {
  std::string text;
  for (const auto part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  std::array<unsigned char, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (std::size_t at = 0; out.size() < length;) {
    if (held < 5) {
      bits = (bits << 8U) | digest[at++];
      held += 8;
    }
    held -= 5;
    out += kAlphabet[(bits >> held) & 31U];
  }
  return out;
}

}  // namespace

std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts) {
  return std::string(prefix) + characters(parts, 26);
}

std::string reservation_reference(std::initializer_list<std::string_view> parts) {
  return "CJ-" + characters(parts, 7);
}

}  // namespace conserje
