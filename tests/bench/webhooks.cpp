#include "webhooks.hpp"

#include <openssl/hmac.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "host_process.hpp"

namespace bench {
namespace {

constexpr std::size_t kBodySize = 1024;
constexpr std::size_t kGuests = 500;

std::string body_of(std::size_t number) {
  const auto guest = "346550" + std::to_string(10'000 + number % kGuests);
  const auto before =
      R"({"object":"whatsapp_business_account","entry":[{"id":"302514889610044","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"34910552010","phone_number_id":")" +
      std::string(kPhoneNumberId) +
      R"("},"contacts":[{"profile":{"name":"Luc\u00eda Ferrer"},"wa_id":")" + guest +
      R"("}],"messages":[{"from":")" + guest + R"(","id":")" + webhook_id(number) +
      R"(","timestamp":")" + std::to_string(std::time(nullptr)) +  // Its guest may be answered.
      R"(","type":"text","text":{"body":"Hola)";
  const std::string after = R"("}}]}}]}]})";
  // The rest of the kilobyte is what guests say around what they want.
  return before + std::string(kBodySize - before.size() - after.size(), '.') + after;
}

std::string signature_of(const std::string& body) {
  unsigned char digest[32];
  unsigned size = sizeof digest;
  HMAC(EVP_sha256(), kAppSecret, static_cast<int>(std::strlen(kAppSecret)),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string text = "sha256=";
  for (const auto byte : digest) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    text += hex;
  }
  return text;
}

}  // namespace

std::string webhook_id(std::size_t number) {
  char id[64];
  std::snprintf(id, sizeof id, "wamid.HBgLMzQ2NTUwMTAyMDMVAgASGBQ%020zu==", number);
  return id;
}

std::vector<std::string> signed_webhooks(std::size_t first, std::size_t count) {
  std::vector<std::string> requests;
  requests.reserve(count);
  for (auto number = first; number < first + count; ++number) {
    const auto body = body_of(number);
    requests.push_back(
        "POST /webhooks/whatsapp HTTP/1.1\r\nHost: bot.hotel-sol.example\r\nAccept: */*\r\n"
        "User-Agent: facebookexternalua\r\nContent-Type: "
        "application/json\r\nX-Hub-Signature-256: " +
        signature_of(body) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body);
  }
  return requests;
}

}  // namespace bench
