// Any bytes as an answer of the REST API.
#include <cstdint>
#include <string>

#include "inbound.hpp"
#include "send.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const HttpResponse response{.status = size > 0 ? data[0] * 4 : 0,
                              .body = std::string(reinterpret_cast<const char*>(data), size)};
  const twilio::Config config{.account_sid = "AC00112233445566778899aabbccddeeff",
                              .sender = "whatsapp:+34910552010"};
  const auto accepted = twilio::read_accepted(response, {});
  if (accepted && accepted->empty()) __builtin_trap();
  twilio::read_health(response, &response, config);
  twilio::parse_rfc2822(response.body);
  const auto files = decode<twilio::MediaList>(response.body);
  const auto page = decode<twilio::MessagePage>(response.body);
  if (!page) return 0;
  twilio::find_sent({.text = "Hola"}, page->messages);
  for (const auto& message : page->messages) {
    encode(twilio::to_unified(
        message, files ? files->media_list : std::vector<twilio::MediaEntry>(), config));
    twilio::to_status(message);
  }
  return 0;
}
