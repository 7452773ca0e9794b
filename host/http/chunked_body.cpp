#include "http/chunked_body.hpp"

#include <algorithm>
#include <charconv>

#include "guard/http_text.hpp"

namespace conserje {
namespace {

constexpr std::size_t kMostBallast = 8 * 1024;
constexpr Refusal kNotChunked{400, "the body is not in the chunked coding that its head announced"};
constexpr Refusal kBallast{400, "chunk extensions and trailers are longer than 8 KiB"};
constexpr Refusal kTooLarge{413, "the body is larger than this path takes"};

}  // namespace

std::variant<std::size_t, Refusal> ChunkedBody::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (!complete()) {
    const auto rest = bytes.substr(taken);
    if (expects_ == Expects::data) {
      if (rest.empty()) break;
      taken += take_data(rest);
      continue;
    }
    const auto end = rest.find('\n');
    if (std::min(end, rest.size()) > kMostBallast) return kBallast;
    if (end == std::string_view::npos) break;
    if (end == 0 || rest[end - 1] != '\r') return kNotChunked;
    if (const auto refusal = take_line(rest.substr(0, end - 1))) return *refusal;
    taken += end + 1;
  }
  return taken;
}

std::size_t ChunkedBody::take_data(std::string_view bytes) {
  const auto size = std::min(bytes.size(), chunk_left_);
  body_.append(bytes.substr(0, size));
  chunk_left_ -= size;
  if (chunk_left_ == 0) expects_ = Expects::end_of_data;
  return size;
}

std::optional<Refusal> ChunkedBody::take_line(std::string_view line) {
  if (expects_ == Expects::size) return take_size(line);
  if (expects_ == Expects::trailer) return take_trailer(line);
  if (!line.empty()) return kNotChunked;
  expects_ = Expects::size;
  return std::nullopt;
}

/// 1*HEXDIG [ ";" extensions ]
std::optional<Refusal> ChunkedBody::take_size(std::string_view line) {
  const auto [end, failed] =
      std::from_chars(line.data(), line.data() + line.size(), chunk_left_, 16);
  const auto extensions = line.substr(static_cast<std::size_t>(end - line.data()));
  if (failed == std::errc::result_out_of_range) return kTooLarge;
  if (failed != std::errc{} || !(extensions.empty() || extensions.starts_with(';')) ||
      !is_field_value(extensions))
    return kNotChunked;
  ballast_ += extensions.size();
  if (ballast_ > kMostBallast) return kBallast;
  if (chunk_left_ > body_limit_ - body_.size()) return kTooLarge;
  expects_ = chunk_left_ > 0 ? Expects::data : Expects::trailer;
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::take_trailer(std::string_view line) {
  ballast_ += line.size();
  if (ballast_ > kMostBallast) return kBallast;
  const auto colon = std::min(line.find(':'), line.size());
  if (!line.empty() && (!is_token(line.substr(0, colon)) || !is_field_value(line.substr(colon))))
    return kNotChunked;
  if (line.empty()) expects_ = Expects::nothing;
  return std::nullopt;
}

}  // namespace conserje
