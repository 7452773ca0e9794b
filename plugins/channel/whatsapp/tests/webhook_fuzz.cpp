// Any bytes as a webhook body whose signature was right.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conserje/channel_types.hpp"
#include "inbound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto events = conserje::whatsapp::read_webhook(
      body, {.phone_number_id = "415882930112233", .received_at_ms = 1'785'920'400'000});
  if (!events)
    return events.error().error_class == conserje::ErrorClass::permanent ? 0 : (std::abort(), 0);

  // What the host stores must come back the same, and be told from its repetition.
  const auto text = conserje::encode(*events);
  const auto again = conserje::decode<conserje::channel::WebhookEvents>(text);
  if (!again || conserje::encode(*again) != text) std::abort();
  for (const auto& message : events->messages)
    if (message.id.empty() || message.sender_id.empty() || message.type.empty()) std::abort();
  return 0;
}
