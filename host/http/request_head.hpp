#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace conserje {

/// What the head of a request says. The views point into the bytes it was read from.
struct RequestHead {
  std::string_view method;
  std::string_view target;   // Origin form: begins with '/'.
  std::string_view path;     // The target before '?'.
  std::string_view query;    // The target after '?'.
  std::string_view headers;  // Lines "Name: value\r\n".
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;

  bool operator==(const RequestHead&) const = default;
};

/// Why a request is not served: an HTTP status and a sentence for whoever sent it.
struct Refusal {
  int status = 400;
  std::string_view detail;  // Static text.

  bool operator==(const Refusal&) const = default;
};

/// The size of the head that `received` begins with, its empty line included; nullopt while that
/// has not come. Lines that end in a bare LF count as lines here, so that read_head() can refuse
/// them. `from`: how much of `received` was searched before, in vain.
std::optional<std::size_t> head_size(std::string_view received, std::size_t from = 0);

/// Reads a whole head, and refuses every form on which two readers of HTTP could disagree: that
/// disagreement is what request smuggling lives from. Stricter than RFC 9112 where the RFC lets a
/// server be lenient: bare LF, obs-fold, absolute-form, an empty line in front, any control byte.
/// Pure.
std::variant<RequestHead, Refusal> read_head(std::string_view head);

/// The value of the header `name` (any case) without blanks around it; nullopt if it is not there
/// exactly once.
std::optional<std::string_view> find_header(std::string_view headers, std::string_view name);

}  // namespace conserje
