// Files of minisign's: whatever they hold, reading them ends, and what was read is printed so that
// it reads as the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugin/minisign.hpp"

namespace {

/// How the base64 of a key with a password begins; opening one takes seconds and 1 GiB.
constexpr std::string_view kLocked = "RWRTY";

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto signature = parse_signature(text);
  if (signature) {
    require(parse_signature(print(*signature)) == signature);
    require(verify_file(*signature, {.id = signature->key_id}, text) != SignatureVerdict::good);
  }
  const auto key = parse_public_key(text);
  if (key) {
    require(parse_public_key(print(*key)) == key);
    require(parse_public_key(print_line(*key)) == key);
  }
  if (text.find(kLocked) != std::string_view::npos) return 0;
  const auto secret = parse_secret_key(text, "");
  if (secret) require(parse_secret_key(print(*secret), "") == secret);
  return 0;
}
