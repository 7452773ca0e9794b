#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel.hpp"

/// Files: in what form Meta takes them, how they are uploaded, and from where they are fetched.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media. Pure.
namespace conserje::whatsapp {

/// Of a document. Meta takes 100 MB; the host carries so much in one piece.
inline constexpr std::int64_t kMaxFile = std::int64_t{64} * 1024 * 1024;

/// How a file goes to a guest.
struct FileForm {
  std::string type{};       // Of the message: image, audio, video, document or sticker.
  std::string mime_type{};  // As Meta wants to hear it.
  bool is_voice = false;

  bool has_caption() const { return type == "image" || type == "video" || type == "document"; }
  bool operator==(const FileForm&) const = default;
};

/// The form for `media`. What Meta does not take as its own kind, by its type or its size, goes as
/// a document. `file`: its bytes; empty, it is at media.url. Errors: permanent, it is over
/// kMaxFile, it has neither bytes nor a URL, or the URL is not https.
Result<FileForm> form_of(const channel::Media& media, std::string_view file);

/// A file within a message.
struct Attachment {
  FileForm form{};
  std::string id{};    // Of an upload; else
  std::string link{};  // where Meta fetches it.

  bool operator==(const Attachment&) const = default;
};

/// A body of multipart/form-data.
struct Form {
  std::string content_type{};
  std::string body{};

  bool operator==(const Form&) const = default;
};
/// The upload of `file`. `boundary` does not occur in it.
Form upload_form(std::string_view file, std::string_view mime_type, std::string_view boundary);

/// Whether a link may be asked for a guest's file, and with our credential: it is at one of these
/// origins ("https://host", "http://host:port"), and cannot be read in two ways.
bool is_at(std::string_view url, const std::vector<std::string>& origins);
/// "https://host:port" of a URL; empty: it is none.
std::string_view origin_of(std::string_view url);

/// Whether `text`, 64 hexadecimal digits or 44 characters of base64, is another hash than `digest`,
/// 32 bytes. What is neither says nothing.
bool differs(std::string_view text, std::string_view digest);

}  // namespace conserje::whatsapp
