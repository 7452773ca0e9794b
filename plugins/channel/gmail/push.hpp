#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "conserje/host.hpp"
#include "conserje/result.hpp"

/// Pub/Sub's push: who sent it, and what it says. Pure.
/// Source: https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
namespace conserje::gmail {

inline constexpr std::size_t kMaxKeys = 16;
inline constexpr std::size_t kMaxToken = 8 * 1024;

/// An RSA key of Google: big-endian numbers.
struct PublicKey {
  std::string n{};
  std::string e{};

  bool operator==(const PublicKey&) const = default;
};
using KeySet = std::map<std::string, PublicKey>;  // By key id.

/// A JWKS document. Errors: permanent, it is none, or has no RSA key.
Result<KeySet> read_keys(std::string_view json);

/// How long an answer may be kept by its Cache-Control; at least a minute, at most a day.
std::chrono::seconds max_age_of(const HttpResponse& response);

/// What a token must say.
struct Expected {
  std::string audience{};
  std::string service_account{};
};

/// Why a token was not accepted; `key_unknown`: perhaps our keys are old.
enum class TokenFlaw : unsigned char {
  none,
  malformed,
  algorithm,
  key_unknown,
  signature,
  issuer,
  audience,
  account,
  time
};
struct TokenVerdict {
  TokenFlaw flaw = TokenFlaw::none;
  std::string found{};  // With `audience` and `account`: what a token of Google's said instead.

  bool operator==(const TokenVerdict&) const = default;
};
std::string_view to_string(TokenFlaw flaw);

using VerifyRs256 =
    std::function<bool(const PublicKey&, std::string_view data, std::string_view signature)>;

/// Judges the token of an Authorization header at `now_ms`. The signature comes before the claims.
TokenVerdict judge_token(std::string_view token, const KeySet& keys, const Expected& expected,
                         std::int64_t now_ms, const VerifyRs256& verify);

/// A notification: this mailbox has changed, up to that id.
struct Notification {
  std::string mailbox{};  // Lower case.
  std::uint64_t history_id = 0;

  bool operator==(const Notification&) const = default;
};
/// Errors: permanent, the body is not Pub/Sub's wrapped form, or holds no notification of Gmail.
Result<Notification> read_notification(std::string_view body);

/// A number, or a text of digits; nullopt: neither.
std::optional<std::uint64_t> read_number(const Json& json);

}  // namespace conserje::gmail
