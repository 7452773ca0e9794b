#include "multipart.hpp"

namespace conserje::whisper {
namespace {

constexpr std::size_t kRoomForHeads = 2048;  // Of the parts beside the file.

}  // namespace

void Multipart::begin_part(std::string_view name) {
  body_.append("--").append(boundary_).append("\r\n");
  body_.append("Content-Disposition: form-data; name=\"").append(name).append("\"");
}

void Multipart::field(std::string_view name, std::string_view value) {
  if (name.empty() || value.empty()) return;
  begin_part(name);
  body_.append("\r\n\r\n").append(value).append("\r\n");
}

void Multipart::file(std::string_view name, const AudioFile& file, std::string_view bytes) {
  body_.reserve(body_.size() + bytes.size() + kRoomForHeads);
  begin_part(name);
  body_.append("; filename=\"").append(file.name).append("\"\r\n");
  body_.append("Content-Type: ").append(file.mime_type).append("\r\n\r\n");
  body_.append(bytes).append("\r\n");
}

std::string Multipart::finished() && {
  body_.append("--").append(boundary_).append("--\r\n");
  return std::move(body_);
}

}  // namespace conserje::whisper
