#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel.hpp"

/// OAuth 2.0 client credentials: VAPI asks us for a token, and shows it with each delivery. A token
/// needs no memory of ours: it says until when it is good, signed with the client's secret.
/// Source: RFC 6749, 4.4; https://docs.vapi.ai/server-url/server-authentication
namespace conserje::vapi {

/// How long a token is good.
inline constexpr std::int64_t kTokenLivesS = 3'600;

/// Whether the delivery asks for a token: VAPI's messages are JSON, and this is a form.
bool is_token_request(const WebhookDelivery& delivery);

/// Who asks for a token; all members empty where it is not said once and clearly.
struct Client {
  std::string id{};
  std::string secret{};
  bool wants_client_credentials = false;  // The one grant that there is.

  bool operator==(const Client&) const = default;
};
/// From the form, or from an `Authorization: Basic` header.
Client client_of(const WebhookDelivery& delivery);

/// A token that is good from `now_ms` on for kTokenLivesS.
Result<std::string> make_token(const Host& host, std::string_view secret, std::int64_t now_ms);

/// Whether one of `secrets` made the token, and its time has not come.
bool is_good_token(const Host& host, const std::vector<std::string>& secrets,
                   std::string_view token, std::int64_t now_ms);

}  // namespace conserje::vapi
