#include "media.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "../common/base64.hpp"
#include "../common/hex.hpp"
#include "conserje/url.hpp"

namespace conserje::whatsapp {
namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;
constexpr std::size_t kLongestMimeType = 127;
constexpr std::string_view kOgg = "audio/ogg";
constexpr std::string_view kAnyType = "application/octet-stream";
constexpr std::size_t kStillSticker = 100 * 1024;
constexpr std::size_t kAnimatedSticker = 500 * 1024;

/// What Meta takes as more than a document. A row with one type for several kinds would not do: a
/// guest hears a voice note otherwise than an audio file.
struct Accepts {
  std::string_view type;
  std::string_view mime_type;
  std::size_t most;  // Bytes.
};
constexpr Accepts kAccepted[] = {
    {"image", "image/jpeg", 5 * kMegabyte},  {"image", "image/png", 5 * kMegabyte},
    {"audio", "audio/aac", 16 * kMegabyte},  {"audio", "audio/amr", 16 * kMegabyte},
    {"audio", "audio/mpeg", 16 * kMegabyte}, {"audio", "audio/mp4", 16 * kMegabyte},
    {"audio", kOgg, 16 * kMegabyte},         {"video", "video/mp4", 16 * kMegabyte},
    {"video", "video/3gpp", 16 * kMegabyte}, {"sticker", "image/webp", kAnimatedSticker},
};

/// The type of a file whose sender did not say it.
std::string_view usual_type(std::string_view kind) {
  if (kind == "image") return "image/jpeg";
  if (kind == "video") return "video/mp4";
  if (kind == "audio") return "audio/mpeg";
  if (kind == "voice") return kOgg;
  if (kind == "sticker") return "image/webp";
  return kAnyType;
}

bool is_mime_type(std::string_view text) {
  constexpr std::string_view kMarks = "!#$&^_.+-";
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
         text.size() <= kLongestMimeType && std::ranges::count(text, '/') == 1 &&
         std::ranges::all_of(text, [&](char c) {
           return url::is_alphanumeric(c) || c == '/' || kMarks.find(c) != std::string_view::npos;
         });
}

/// Without parameters, in lower case; the usual one of its kind when it is none.
std::string type_of(const channel::Media& media) {
  std::string type(media.mime_type.substr(0, media.mime_type.find(';')));
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return is_mime_type(type) ? type : std::string(usual_type(media.kind));
}

/// WebP with the flag of animation in its VP8X chunk.
/// Source: https://developers.google.com/speed/webp/docs/riff_container
bool is_animated(std::string_view webp) {
  constexpr std::size_t kFlags = 20;
  return webp.size() > kFlags && webp.substr(12, 4) == "VP8X" &&
         (static_cast<unsigned char>(webp[kFlags]) & 0x02U) != 0;
}

bool fits(const Accepts& row, std::string_view file) {
  if (row.type == "sticker" && !is_animated(file)) return file.size() <= kStillSticker;
  return file.size() <= row.most;
}

Error refusal(std::string text) { return {ErrorClass::permanent, "whatsapp: " + std::move(text)}; }

}  // namespace

Result<FileForm> form_of(const channel::Media& media, std::string_view file) {
  if (file.size() > kMaxFile)
    return refusal("the file is larger than " + std::to_string(kMaxFile) + " bytes");
  if (file.empty() && media.url.empty()) return refusal("the file has neither bytes nor a url");
  if (file.empty() && !media.url.starts_with("https://"))
    return refusal("Meta fetches files by https alone, and the file's url is another");

  FileForm form{.type = "document", .mime_type = type_of(media)};
  const auto wanted = media.kind == "voice" ? "audio" : std::string_view(media.kind);
  const auto* const row = std::ranges::find_if(kAccepted, [&](const Accepts& accepted) {
    return accepted.type == wanted && accepted.mime_type == form.mime_type;
  });
  if (row != std::end(kAccepted) && fits(*row, file)) form.type = row->type;
  form.is_voice = media.kind == "voice" && form.type == "audio" && form.mime_type == kOgg;
  // Meta takes no other codec in this container, and wants to be told.
  if (form.mime_type == kOgg) form.mime_type += "; codecs=opus";
  return form;
}

Form upload_form(std::string_view file, std::string_view mime_type, std::string_view boundary) {
  Form form{.content_type = "multipart/form-data; boundary=" + std::string(boundary)};
  auto& out = form.body;
  out.reserve(file.size() + 1024);
  const auto begin = [&](std::string_view name) {
    out.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"");
    out.append(name).append("\"");
  };
  begin("messaging_product");
  out.append("\r\n\r\nwhatsapp\r\n");
  begin("type");
  out.append("\r\n\r\n").append(mime_type).append("\r\n");
  begin("file");  // Its name shows nowhere: a document's stands in the message.
  out.append("; filename=\"file\"\r\nContent-Type: ").append(mime_type).append("\r\n\r\n");
  out.append(file).append("\r\n--").append(boundary).append("--\r\n");
  return form;
}

std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size()));
}

bool is_at(std::string_view url, const std::vector<std::string>& origins) {
  const auto origin = origin_of(url);
  const bool is_printable =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return !origin.empty() && is_printable && origin.find('@') == std::string_view::npos &&
         std::ranges::any_of(origins,
                             [&](std::string_view known) { return origin_of(known) == origin; });
}

bool differs(std::string_view text, std::string_view digest) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  });
  if (text.size() == 2 * digest.size()) return lower != to_hex(digest);
  const auto encoded = base64(digest);
  return text.size() == encoded.size() && text != encoded;
}

}  // namespace conserje::whatsapp
