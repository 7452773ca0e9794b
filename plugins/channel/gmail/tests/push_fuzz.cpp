// Any bytes as a token, as keys and as a notification.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "push.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje::gmail;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto never = [](const PublicKey&, std::string_view, std::string_view) { return false; };
  const KeySet keys = {{"key-1", {"n", "e"}}};
  if (judge_token(bytes, keys, {"aud", "a@b"}, 1, never).flaw == TokenFlaw::none) std::abort();
  if (const auto set = read_keys(bytes); set && set->empty()) std::abort();
  if (const auto told = read_notification(bytes); told && told->mailbox.empty()) std::abort();
  return 0;
}
