#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/request_head.hpp"

namespace conserje {

/// Undoes the chunked transfer coding (RFC 9112 7.1). Extensions and trailers are read and dropped:
/// nothing that comes after the head may change what it said. Ours rather than Beast's, whose
/// reader of chunks stops at an assertion when the last chunk arrives as "0\r\nH".
class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t body_limit) : body_limit_(body_limit) {}

  /// Takes as much of `bytes` as it can: how much that was, or why the body is refused (400, 413).
  /// What it does not take comes again at the front of the next call, with more behind it; that is
  /// less than a line.
  std::variant<std::size_t, Refusal> take(std::string_view bytes);

  bool complete() const { return expects_ == Expects::nothing; }
  std::string_view body() const { return body_; }

 private:
  enum class Expects : std::uint8_t { size, data, end_of_data, trailer, nothing };

  std::size_t take_data(std::string_view bytes);
  std::optional<Refusal> take_line(std::string_view line);
  std::optional<Refusal> take_size(std::string_view line);
  std::optional<Refusal> take_trailer(std::string_view line);

  std::size_t body_limit_;
  std::size_t chunk_left_ = 0;
  std::size_t ballast_ = 0;  // Bytes of extensions and trailers so far.
  Expects expects_ = Expects::size;
  std::string body_;
};

}  // namespace conserje
