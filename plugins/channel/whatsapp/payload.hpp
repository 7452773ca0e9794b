#pragma once

#include <cstdint>
#include <string>

#include "conserje/channel.hpp"
#include "errors.hpp"

/// What the Graph API answers to us, as structs; its webhooks are read in inbound.cpp. `attempt`:
/// of the host, counted from 1. Errors: as errors.hpp classes them, and what each function says.
/// Pure.
namespace conserje::whatsapp {

/// A message that Meta has taken over; what became of it comes as a status.
struct Accepted {
  std::string message_id{};
  std::string address{};  // The number that Meta reached by the recipient; empty: it does not say.

  bool operator==(const Accepted&) const = default;
};

/// The answer to POST /{phone_number_id}/messages. Errors: deadline, it was accepted without a
/// message id.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
Result<Accepted> read_accepted(const HttpResponse& response, std::uint32_t attempt);

/// The answer to an upload: the file's media id. Errors: retry, it has none.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
Result<std::string> read_uploaded(const HttpResponse& response, std::uint32_t attempt);

/// A file that Meta keeps.
struct MediaFile {
  std::string url{};        // For five minutes.
  std::string mime_type{};  // Without parameters.
  std::string sha256{};     // In hexadecimal digits or in base64.
  std::int64_t size = 0;    // Bytes; 0: it does not say.

  bool operator==(const MediaFile&) const = default;
};

/// The answer to GET /{media_id}. Errors: retry, it has no link.
Result<MediaFile> read_media(const HttpResponse& response, std::uint32_t attempt);

}  // namespace conserje::whatsapp
