// Any bytes as VAPI's list of calls, as its answer to a call of ours, and as a request for a token.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "oauth.hpp"
#include "ring.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  static const channel::SendRequest request{.recipient = "+34655010203", .reference = "r_1"};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto begun = vapi::read_begun(bytes);
  if (begun && begun->empty()) std::abort();
  if (const auto found = vapi::find_call(bytes, request);
      !found && found.error().error_class != ErrorClass::retry)
    std::abort();
  vapi::client_of({.body = bytes, .header_block = bytes});
  return 0;
}
