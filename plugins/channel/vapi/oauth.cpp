#include "oauth.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include "../common/hex.hpp"
#include "conserje/url.hpp"
#include "signature.hpp"

namespace conserje::vapi {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kBasic = "Basic ";
constexpr std::string_view kPurpose = "conserje/vapi/token/";  // No other HMAC is over this.

std::optional<std::string> seal(const Host& host, std::string_view secret,
                                std::string_view until_s) {
  const auto digest = host.hmac(Digest::sha256, secret, std::string(kPurpose) += until_s);
  if (!digest) return std::nullopt;
  return *digest;
}

/// "id:secret", each of them escaped, within base64.
std::optional<Client> basic_client(std::string_view header) {
  if (!header.starts_with(kBasic)) return std::nullopt;
  const auto pair = from_base64(header.substr(kBasic.size()));
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Client{.id = url::percent_decoded(std::string_view(*pair).substr(0, colon)),
                .secret = url::percent_decoded(std::string_view(*pair).substr(colon + 1))};
}

}  // namespace

bool is_token_request(const WebhookDelivery& delivery) {
  return delivery.header("content-type").value_or("").starts_with(kForm);
}

Client client_of(const WebhookDelivery& delivery) {
  const auto fields = url::parse_form(delivery.body);
  Client client;
  if (auto basic = basic_client(delivery.header("authorization").value_or(""))) {
    client = *std::move(basic);
  } else {
    client.id = url::value_of(fields, "client_id");
    client.secret = url::value_of(fields, "client_secret");
  }
  client.wants_client_credentials = url::value_of(fields, "grant_type") == "client_credentials";
  return client;
}

Result<std::string> make_token(const Host& host, std::string_view secret, std::int64_t now_ms) {
  const auto until = std::to_string(now_ms / 1000 + kTokenLivesS);
  const auto sealed = seal(host, secret, until);
  if (!sealed) return Error{ErrorClass::bug, "vapi: no token can be made"};
  return until + "." + to_hex(*sealed);
}

bool is_good_token(const Host& host, const std::vector<std::string>& secrets,
                   std::string_view token, std::int64_t now_ms) {
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return false;
  const auto until = token.substr(0, dot);
  const auto given = from_hex(token.substr(dot + 1));
  if (!given) return false;
  bool is_ours = false;
  for (const auto& secret : secrets) {
    const auto sealed = seal(host, secret, until);
    is_ours = (sealed && host.equal(*sealed, *given)) || is_ours;
  }
  std::int64_t until_s = 0;
  const auto* end = until.data() + until.size();
  const auto [stop, failure] = std::from_chars(until.data(), end, until_s);
  return is_ours && failure == std::errc() && stop == end && until_s > now_ms / 1000;
}

}  // namespace conserje::vapi
