#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/host.hpp"

/// The two signatures of a webhook. Sources: Standard Webhooks 1.0
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md);
/// X-Signature is as GitHub's X-Hub-Signature-256
/// (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
namespace conserje::webhook {

/// The bytes that sign: what `whsec_` is followed by, decoded (24 to 64 bytes in base64), or the
/// secret's text as it stands when it does not begin so. Errors: config.
Result<std::string> key_of(std::string_view secret);

/// Whether an event of this id can be signed, and its id be sent as a header: printable ASCII
/// without the full stop that ends it in what is signed.
bool is_signable(std::string_view id);

/// One token of webhook-signature: "v1,<base64>". `timestamp`: seconds since 1970.
Result<std::string> standard_signature(const Host& host, std::string_view key, std::string_view id,
                                       std::int64_t timestamp, std::string_view body);

/// The value of X-Signature: "sha256=<hex>".
Result<std::string> plain_signature(const Host& host, std::string_view key, std::string_view body);

/// Base64 of RFC 4648 section 4, padded.
std::string to_base64(std::string_view bytes);
/// nullopt: not padded base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace conserje::webhook
