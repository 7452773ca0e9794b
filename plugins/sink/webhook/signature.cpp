#include "signature.hpp"

#include <algorithm>

namespace conserje::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    hex += kDigits[byte_at(bytes, i) >> 4];
    hex += kDigits[byte_at(bytes, i) & 0xf];
  }
  return hex;
}

}  // namespace

Result<std::string> key_of(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::string(secret);
  auto key = from_base64(secret.substr(kPrefix.size()));
  if (!key || key->size() < 24 || key->size() > 64)
    return Error{ErrorClass::config,
                 "secret: after whsec_, 24 to 64 bytes in padded base64 are needed"};
  return *std::move(key);
}

bool is_signable(std::string_view id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~' && c != '.'; });
}

Result<std::string> standard_signature(const Host& host, std::string_view key, std::string_view id,
                                       std::int64_t timestamp, std::string_view body) {
  std::string content(id);
  content += '.';
  content += std::to_string(timestamp);
  content += '.';
  content += body;
  const auto mac = host.hmac(Digest::sha256, key, content);
  if (!mac) return mac.error();
  return "v1," + to_base64(*mac);
}

Result<std::string> plain_signature(const Host& host, std::string_view key, std::string_view body) {
  const auto mac = host.hmac(Digest::sha256, key, body);
  if (!mac) return mac.error();
  return "sha256=" + to_hex(*mac);
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    const std::size_t left = bytes.size() - i;
    text += kAlphabet[group >> 18];
    text += kAlphabet[group >> 12 & 63];
    text += left > 1 ? kAlphabet[group >> 6 & 63] : '=';
    text += left > 2 ? kAlphabet[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) break;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 >= 1) bytes += static_cast<char>(group >> (6 - 2 * (i % 4)) & 0xff);
  }
  // Whatever is not what it would be written as is refused: padding, stray bits, other characters.
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace conserje::webhook
