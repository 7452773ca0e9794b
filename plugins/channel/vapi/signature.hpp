#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"

namespace conserje::vapi {

/// Whether a delivery is the account's own, by the credential that VAPI was told to use.
/// Immutable. Source: https://docs.vapi.ai/server-url/server-authentication
class Verifier {
 public:
  /// `config` with its secrets in clear. Errors: config, a secret is said to be base64 and is not.
  static Result<Verifier> create(const Config& config);

  /// Why the delivery is not believed, for the operator, without secrets; nullopt: it is.
  std::optional<std::string> distrust(const Host& host, const WebhookDelivery& delivery) const;

  /// Whether the delivery asks for a token, by a credential that has some.
  bool gives_tokens(const WebhookDelivery& delivery) const;
  /// The token, or what else its asker is told. Errors: auth, it is not the client that is set.
  Result<channel::HttpAnswer> give_token(const Host& host, const WebhookDelivery& delivery) const;

  /// How far the clocks of the two sides may differ, and how long a delivery may be repeated.
  static constexpr std::int64_t kWindowMs = 5 * 60'000;

 private:
  Verifier() = default;

  bool is_timestamp_fresh(std::string_view timestamp, std::int64_t now_ms) const;
  bool is_token(const Host& host, std::string_view value) const;
  bool is_given_token(const Host& host, std::string_view value, std::int64_t now_ms) const;
  bool is_signature(const Host& host, std::string_view value, std::string_view signed_text) const;
  bool uses(std::string_view token) const;
  std::string signed_text(const WebhookDelivery& delivery, std::string_view timestamp,
                          std::string_view id) const;

  bool is_hmac_ = false;
  bool is_oauth_ = false;
  std::string client_id_{};
  bool prefix_may_miss_ = false;
  bool is_hex_ = true;
  Digest algorithm_ = Digest::sha256;
  std::string header_{};  // As all header names here, in lower case.
  std::string prefix_{};
  std::string format_{};
  std::string timestamp_header_{};
  std::string id_header_{};
  std::vector<std::string> keys_{};
};

/// The bytes of hexadecimal digits in any case; nullopt: it is something else.
std::optional<std::string> from_hex(std::string_view text);
/// The bytes of base64 with its padding, strictly; nullopt: it is something else.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace conserje::vapi
