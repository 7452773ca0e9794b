// Any bytes as a webhook body whose signature was right.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conserje/channel_types.hpp"
#include "inbound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  waha::AddressBook book;
  book.learn("+34655010203", "199000000000007@lid");
  waha::Offers offers;
  offers.put_lines("+34655010203", {{"Sí", {.id = "yes", .title = "Sí"}}});
  offers.put_poll("3EB0POLL", {{"Sí", {.id = "yes", .title = "Sí"}}});
  const waha::Ledger ledger;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto reading = waha::read_webhook(body, {.session = "default",
                                                 .with_groups = true,
                                                 .received_at_ms = 1'785'920'400'000,
                                                 .book = book,
                                                 .offers = offers,
                                                 .ledger = ledger});
  if (!reading) return reading.error().error_class == ErrorClass::permanent ? 0 : (std::abort(), 0);

  // What the host stores must come back the same, and be told from its repetition.
  const auto text = encode(reading->events);
  const auto again = decode<channel::WebhookEvents>(text);
  if (!again || encode(*again) != text) std::abort();
  for (const auto& message : reading->events.messages)
    if (message.id.empty() || message.sender_id.empty() || message.type.empty()) std::abort();
  return 0;
}
