// Any bytes as the body of a server message whose sender was believed, and as what is said aloud.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "answers.hpp"
#include "inbound.hpp"
#include "settings.hpp"
#include "signature.hpp"

namespace {

constexpr std::string_view kNeverSaid = "\n\r\v";

bool is_stored_the_same(const conserje::channel::WebhookEvents& events) {
  const auto text = conserje::encode(events);
  const auto again = conserje::decode<conserje::channel::WebhookEvents>(text);
  return again && conserje::encode(*again) == text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto config = conserje::vapi::hotel_settings();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (conserje::vapi::speakable(bytes).find_first_of(kNeverSaid) != std::string::npos) std::abort();
  conserje::vapi::from_hex(bytes);
  conserje::vapi::from_base64(bytes);

  const auto inbound = conserje::vapi::read_message(bytes, config, 1'785'920'400'000);
  if (!inbound)
    return inbound.error().error_class == conserje::ErrorClass::permanent ? 0 : (std::abort(), 0);
  if (!is_stored_the_same(inbound->events)) std::abort();
  for (const auto& message : inbound->events.messages)
    if (message.id.empty() || message.id.size() > 512 || message.sender_id.empty() ||
        message.sender_id.size() > 512 || message.type.empty())
      std::abort();
  return 0;
}
