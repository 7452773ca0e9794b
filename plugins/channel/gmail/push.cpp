#include "push.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base64.hpp"
#include "mime.hpp"

namespace conserje::gmail {
namespace {

constexpr std::int64_t kSkewS = 300;
constexpr std::int64_t kLongestLifeS = 86'400;

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t seconds_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// The JSON object in one part of a token; null: it is none.
Json part_of_token(std::string_view part) {
  if (part.find_first_of("=+/") != std::string_view::npos) return nullptr;
  const auto bytes = from_base64(part);
  if (!bytes) return nullptr;
  const auto json = parse_json(*bytes);
  return json && json->is_object() ? *json : Json(nullptr);
}

TokenVerdict judge_claims(const Json& claims, const Expected& expected, std::int64_t now_s) {
  const auto issuer = text_at(claims, "iss");
  if (issuer != "https://accounts.google.com" && issuer != "accounts.google.com")
    return {TokenFlaw::issuer};
  if (const auto audience = text_at(claims, "aud"); audience != expected.audience)
    return {TokenFlaw::audience, std::string(beginning(audience, 200))};
  const auto email = text_at(claims, "email");
  const auto verified = claims.find("email_verified");
  if (email != expected.service_account)
    return {TokenFlaw::account, std::string(beginning(email, 200))};
  if (verified == claims.end() || *verified != true)
    return {TokenFlaw::account, "an unverified one"};
  const auto expires = seconds_at(claims, "exp");
  const auto issued = seconds_at(claims, "iat");
  const bool is_timely = expires > now_s - kSkewS && issued > 0 && issued < now_s + kSkewS &&
                         expires - issued <= kLongestLifeS;
  return {is_timely ? TokenFlaw::none : TokenFlaw::time};
}

}  // namespace

std::optional<std::uint64_t> read_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<KeySet> read_keys(std::string_view text) {
  const auto json = parse_json(text);
  const Error wrong{ErrorClass::permanent,
                    "gmail: Google's signing keys are not in the form of a JWKS"};
  if (!json || !json->is_object()) return wrong;
  const auto list = json->find("keys");
  if (list == json->end() || !list->is_array()) return wrong;
  KeySet keys;
  for (const auto& item : *list) {
    if (!item.is_object() || text_at(item, "kty") != "RSA" || keys.size() == kMaxKeys) continue;
    const auto n = from_base64(text_at(item, "n"));
    const auto e = from_base64(text_at(item, "e"));
    if (n && e && n->size() >= 256 && n->size() <= 1024 && !e->empty() && e->size() <= 8)
      keys[text_at(item, "kid")] = {*n, *e};
  }
  if (keys.empty()) return wrong;
  return keys;
}

std::chrono::seconds max_age_of(const HttpResponse& response) {
  using std::chrono::seconds;
  constexpr seconds kLeast{60};
  constexpr seconds kMost{86'400};
  const auto header = response.header("cache-control").value_or("");
  const auto at = header.find("max-age=");
  std::int64_t age = 0;
  if (at != std::string_view::npos)
    std::from_chars(header.data() + at + 8, header.data() + header.size(), age);
  return std::clamp(seconds(age), kLeast, kMost);
}

std::string_view to_string(TokenFlaw flaw) {
  switch (flaw) {
    case TokenFlaw::none: return "none";
    case TokenFlaw::malformed: return "malformed";
    case TokenFlaw::algorithm: return "algorithm";
    case TokenFlaw::key_unknown: return "key_unknown";
    case TokenFlaw::signature: return "signature";
    case TokenFlaw::issuer: return "issuer";
    case TokenFlaw::audience: return "audience";
    case TokenFlaw::account: return "account";
    case TokenFlaw::time: return "time";
  }
  return "malformed";
}

TokenVerdict judge_token(std::string_view token, const KeySet& keys, const Expected& expected,
                         std::int64_t now_ms, const VerifyRs256& verify) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (token.size() > kMaxToken || second == std::string_view::npos ||
      token.find('.', second + 1) != std::string_view::npos)
    return {TokenFlaw::malformed};
  const auto header = part_of_token(token.substr(0, first));
  const auto claims = part_of_token(token.substr(first + 1, second - first - 1));
  const auto encoded = token.substr(second + 1);
  const auto signature = from_base64(encoded);
  if (header.is_null() || claims.is_null() || !signature ||
      encoded.find_first_of("=+/") != std::string_view::npos)
    return {TokenFlaw::malformed};
  if (text_at(header, "alg") != "RS256") return {TokenFlaw::algorithm};
  const auto key = keys.find(text_at(header, "kid"));
  if (key == keys.end()) return {TokenFlaw::key_unknown};
  if (!verify(key->second, token.substr(0, second), *signature)) return {TokenFlaw::signature};
  return judge_claims(claims, expected, now_ms / 1000);
}

Result<Notification> read_notification(std::string_view body) {
  const Error wrong{ErrorClass::permanent, "gmail: the body is no wrapped notification of Pub/Sub"};
  const auto json = parse_json(body);
  if (!json || !json->is_object()) return wrong;
  const auto message = json->find("message");
  if (message == json->end() || !message->is_object()) return wrong;
  const auto data = from_base64(text_at(*message, "data"));
  if (!data) return wrong;
  const auto inner = parse_json(*data);
  if (!inner || !inner->is_object()) return wrong;
  const auto id = inner->find("historyId");
  const auto number = id == inner->end() ? std::nullopt : read_number(*id);
  const auto mailbox = lower(text_at(*inner, "emailAddress"));
  if (!number || mailbox.empty()) return wrong;
  return Notification{.mailbox = mailbox, .history_id = *number};
}

}  // namespace conserje::gmail
