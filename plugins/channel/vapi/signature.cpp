#include "signature.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "oauth.hpp"

namespace conserje::vapi {
namespace {

constexpr std::size_t kMostSignatures = 5;          // Of one header, as a change of keys may bring.
constexpr std::int64_t kLeastMs = 100'000'000'000;  // A larger timestamp is in ms, not s.

/// What `auth` means unless the settings say otherwise.
struct Preset {
  std::string_view name;
  bool is_hmac;
  std::string_view header;
  std::string_view prefix;
  bool prefix_may_miss;
  std::string_view format;
  std::string_view timestamp_header;
  std::string_view id_header;
  std::string_view encoding;
  bool secret_is_base64;
};
constexpr std::array kPresets = {
    Preset{"bearer", false, "authorization", "Bearer ", false, "", "", "", "hex", false},
    Preset{"secret", false, "x-vapi-secret", "", false, "", "", "", "hex", false},
    Preset{"oauth2", false, "authorization", "Bearer ", false, "", "", "", "hex", false},
    Preset{"hmac", true, "x-signature", "", false, "{timestamp}.{body}", "x-timestamp", "", "hex",
           false},
    Preset{"x_vapi_signature", true, "x-vapi-signature", "sha256=", true, "{body}", "x-timestamp",
           "", "hex", false},
    Preset{"standard_webhooks", true, "webhook-signature", "v1,", false,
           "{svix-id}.{timestamp}.{body}", "webhook-timestamp", "webhook-id", "base64", true}};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string or_preset(const std::optional<std::string>& set, std::string_view preset) {
  return set ? *set : std::string(preset);
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

Digest digest_named(std::string_view name) {
  return name == "sha512" ? Digest::sha512 : name == "sha1" ? Digest::sha1 : Digest::sha256;
}

std::optional<std::string> key_bytes(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  if (secret.starts_with(kPrefix)) secret.remove_prefix(kPrefix.size());
  auto bytes = from_base64(secret);
  if (!bytes || bytes->empty()) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string bytes;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int six = sextet(c);
    if (six < 0) return std::nullopt;
    held = (held << 6U | static_cast<unsigned>(six)) & 0xFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFFU);
  }
  const bool is_canonical = (held & ((1U << bits) - 1U)) == 0;  // No bits that say nothing.
  return is_canonical ? std::optional(bytes) : std::nullopt;
}

Result<Verifier> Verifier::create(const Config& config) {
  const auto* preset = std::ranges::find(kPresets, std::string_view(config.auth), &Preset::name);
  if (preset == kPresets.end())
    return Error{ErrorClass::config, "vapi: auth is none of those that there are"};
  Verifier verifier;
  verifier.is_hmac_ = preset->is_hmac;
  verifier.is_oauth_ = config.auth == "oauth2";
  verifier.client_id_ = config.client_id;
  verifier.prefix_may_miss_ = preset->prefix_may_miss && !config.prefix;
  verifier.is_hex_ = or_preset(config.encoding, preset->encoding) == "hex";
  verifier.algorithm_ = digest_named(config.algorithm.value_or("sha256"));
  verifier.header_ = lower(or_preset(config.header, preset->header));
  verifier.prefix_ = or_preset(config.prefix, preset->prefix);
  verifier.format_ = or_preset(config.payload_format, preset->format);
  verifier.timestamp_header_ = lower(or_preset(config.timestamp_header, preset->timestamp_header));
  verifier.id_header_ = lower(or_preset(config.message_id_header, preset->id_header));
  verifier.keys_ = config.previous_secrets;
  verifier.keys_.insert(verifier.keys_.begin(), config.secret);
  if (!config.secret_is_base64.value_or(preset->secret_is_base64)) return verifier;
  for (auto& key : verifier.keys_) {
    auto bytes = key_bytes(key);
    if (!bytes)
      return Error{ErrorClass::config,
                   "vapi: a secret is not base64; copy it whole, or set secret_is_base64: false"};
    key = *std::move(bytes);
  }
  return verifier;
}

std::optional<std::string> Verifier::distrust(const Host& host,
                                              const WebhookDelivery& delivery) const {
  const auto value = delivery.header(header_);
  if (!value || value->empty()) return "the header " + header_ + " is missing, empty or doubled";
  if (is_oauth_) {
    if (is_given_token(host, *value, delivery.request.received_at_ms)) return std::nullopt;
    return "the header " + header_ + " holds no token of ours, or one whose time is over";
  }
  if (!is_hmac_) {
    if (is_token(host, *value)) return std::nullopt;
    return "the header " + header_ + " holds another secret, or not the prefix that is set";
  }

  const auto timestamp = delivery.header(timestamp_header_).value_or("");
  const auto id = delivery.header(id_header_).value_or("");
  if (uses("{timestamp}") && !is_timestamp_fresh(timestamp, delivery.request.received_at_ms))
    return "the header " + timestamp_header_ +
           " is missing, doubled, or more than 5 minutes from our clock";
  if (uses("{svix-id}") && id.empty())
    return "the header " + id_header_ + " is missing, empty or doubled";
  if (is_signature(host, *value, signed_text(delivery, timestamp, id))) return std::nullopt;
  std::string why =
      "the signature in " + header_ + " does not match: another key, or another format";
  if (uses("{url}"))
    why += "; the URL that we take to be signed is \"" + delivery.request.public_url + "\"";
  return why;
}

bool Verifier::uses(std::string_view token) const {
  return format_.find(token) != std::string::npos;
}

bool Verifier::is_timestamp_fresh(std::string_view timestamp, std::int64_t now_ms) const {
  std::int64_t at = 0;
  const auto* end = timestamp.data() + timestamp.size();
  const auto [stop, failure] = std::from_chars(timestamp.data(), end, at);
  if (timestamp.empty() || failure != std::errc() || stop != end || at <= 0) return false;
  if (at <= kLeastMs) at *= 1000;
  return at >= now_ms - kWindowMs && at <= now_ms + kWindowMs;
}

bool Verifier::is_token(const Host& host, std::string_view value) const {
  if (!value.starts_with(prefix_)) return false;
  value.remove_prefix(prefix_.size());
  bool is_ours = false;
  for (const auto& key : keys_) is_ours = host.equal(value, key) || is_ours;
  return is_ours;
}

bool Verifier::is_given_token(const Host& host, std::string_view value, std::int64_t now_ms) const {
  return value.starts_with(prefix_) &&
         is_good_token(host, keys_, value.substr(prefix_.size()), now_ms);
}

bool Verifier::gives_tokens(const WebhookDelivery& delivery) const {
  return is_oauth_ && is_token_request(delivery);
}

Result<channel::HttpAnswer> Verifier::give_token(const Host& host,
                                                 const WebhookDelivery& delivery) const {
  const auto client = client_of(delivery);
  bool is_ours = false;
  for (const auto& key : keys_) is_ours = host.equal(client.secret, key) || is_ours;
  if (!host.equal(client.id, client_id_) || !is_ours)
    return Error{ErrorClass::auth, "vapi: whoever asks for a token gives another id or secret"};
  if (!client.wants_client_credentials)
    return channel::HttpAnswer{.status = 400,
                               .content_type = "application/json",
                               .body = R"({"error":"unsupported_grant_type"})"};
  const auto token = make_token(host, keys_.front(), delivery.request.received_at_ms);
  if (!token) return token.error();
  const Json answer = {
      {"access_token", *token}, {"token_type", "Bearer"}, {"expires_in", kTokenLivesS}};
  return channel::HttpAnswer{
      .status = 200, .content_type = "application/json", .body = answer.dump()};
}

bool Verifier::is_signature(const Host& host, std::string_view value,
                            std::string_view signed_text) const {
  std::vector<std::string> digests;
  for (const auto& key : keys_)
    if (auto digest = host.hmac(algorithm_, key, signed_text))
      digests.push_back(*std::move(digest));

  for (std::size_t i = 0; i < kMostSignatures && !value.empty(); ++i) {
    auto candidate = value.substr(0, value.find(' '));
    value.remove_prefix(std::min(value.size(), candidate.size() + 1));
    if (candidate.starts_with(prefix_)) {
      candidate.remove_prefix(prefix_.size());
    } else if (!prefix_may_miss_) {
      continue;
    }
    const auto bytes = is_hex_ ? from_hex(candidate) : from_base64(candidate);
    if (!bytes || bytes->empty()) continue;
    if (std::ranges::any_of(digests,
                            [&](const auto& digest) { return host.equal(digest, *bytes); }))
      return true;
  }
  return false;
}

std::string Verifier::signed_text(const WebhookDelivery& delivery, std::string_view timestamp,
                                  std::string_view id) const {
  const std::array<std::pair<std::string_view, std::string_view>, 5> kTokens = {
      {{"{body}", delivery.body},
       {"{timestamp}", timestamp},
       {"{method}", delivery.request.method},
       {"{url}", delivery.request.public_url},
       {"{svix-id}", id}}};
  std::string text;
  text.reserve(format_.size() + delivery.body.size() + 128);
  for (std::string_view rest = format_; !rest.empty();) {
    const auto* token = std::ranges::find_if(
        kTokens, [&](const auto& known) { return rest.starts_with(known.first); });
    text += token == kTokens.end() ? rest.substr(0, 1) : token->second;
    rest.remove_prefix(token == kTokens.end() ? 1 : token->first.size());
  }
  return text;
}

}  // namespace conserje::vapi
