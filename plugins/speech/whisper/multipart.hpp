#pragma once

#include <string>
#include <string_view>

#include "audio_file.hpp"

namespace conserje::whisper {

/// Builds a body of multipart/form-data part by part. Pure. Source: RFC 7578.
class Multipart {
 public:
  /// `boundary`: at most 70 letters and digits that no part holds; nobody else can guess it.
  explicit Multipart(std::string boundary) : boundary_(std::move(boundary)) {}

  /// A part of text; nothing when its name or its value is empty. `name` is plain ASCII.
  void field(std::string_view name, std::string_view value);
  void file(std::string_view name, const AudioFile& file, std::string_view bytes);

  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  /// The whole body; the last call.
  std::string finished() &&;

 private:
  void begin_part(std::string_view name);

  std::string boundary_;
  std::string body_{};
};

}  // namespace conserje::whisper
