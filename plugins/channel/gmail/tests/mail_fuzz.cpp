// Any bytes as a mail.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inbound.hpp"
#include "mime.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto mail = gmail::read_mail(raw);
  const auto events =
      gmail::to_events(mail, {.id = "1", .fetch_key = "1", .at_ms = 1, .size = size},
                       {.address = "reservas@example.org", .authserv_id = "mx.google.com"});
  for (const auto& file : mail.attachments)
    if (!gmail::read_part(raw, file.part)) std::abort();

  // What the host stores must come back the same.
  const auto text = encode(events);
  const auto again = decode<channel::EmitRequest>(text);
  if (!again || encode(*again) != text) std::abort();
  const auto& message = events.messages.at(0);
  if (message.sender_id.empty() || message.type.empty()) std::abort();
  return 0;
}
