// Any bytes as the form of a webhook whose signature was right; the first line is the query of its
// URL, which is also taken through what is signed.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "conserje/channel_types.hpp"
#include "inbound.hpp"
#include "signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto query = all.substr(0, all.find('\n'));
  const auto body = all.substr(std::min(all.size(), query.size() + 1));

  const auto urls = twilio::signed_urls("https://a.example/hooks?" + std::string(query));
  if (urls.empty() || urls.size() > twilio::kMaxSignedUrls) std::abort();
  twilio::signed_urls(query);
  twilio::shown(query);
  if (const auto bytes = twilio::base64_decoded(query); bytes && twilio::base64(*bytes) != query)
    std::abort();
  const auto fields = url::parse_form(body);
  if (url::parse_form(url::to_form(fields)) != fields) std::abort();
  twilio::signed_parameters(fields);

  for (const auto* sender : {"+34910552010", "whatsapp:+34910552010"}) {
    const auto events = twilio::read_webhook(
        fields, query, {.account_sid = "AC00112233445566778899aabbccddeeff", .sender = sender},
        1'785'920'400'000);
    // What the host stores must come back the same, and be told from its repetition.
    const auto text = encode(events);
    const auto again = decode<channel::WebhookEvents>(text);
    if (!again || encode(*again) != text) std::abort();
    for (const auto& message : events.messages)
      if (message.id.empty() || message.sender_id.empty() || message.type.empty()) std::abort();
  }
  return 0;
}
