#include "http/request_head.hpp"

#include <algorithm>
#include <limits>

#include "guard/http_text.hpp"

namespace conserje {
namespace {

constexpr std::size_t kLongestMethod = 32;

// uri-host and port of RFC 3986 3.2; whoever puts anything else there wants to be misread.
constexpr ByteSet kHostBytes = letters_digits_and("-._~%!$&'()*+;=:[]");

/// Takes the first line off `rest`; without its CRLF. nullopt: it does not end in CRLF.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  const auto line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

/// 1*DIGIT that fits; no sign, no blank, no list.
std::optional<std::uint64_t> read_length(std::string_view text) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

bool lists(std::string_view values, std::string_view wanted) {
  while (!values.empty()) {
    const auto comma = std::min(values.find(','), values.size());
    if (equals_ignoring_case(without_blanks(values.substr(0, comma)), wanted)) return true;
    values.remove_prefix(std::min(comma + 1, values.size()));
  }
  return false;
}

/// METHOD SP origin-form SP HTTP/1.x
std::optional<Refusal> read_request_line(std::string_view line, RequestHead& head, bool& is_1_1) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return Refusal{400,
                   "the request line is not METHOD, target and version with one space between"};

  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);

  if (head.method.size() > kLongestMethod || !is_token(head.method))
    return Refusal{400, "the method is not a token of at most 32 characters"};
  const bool is_http = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                       version[5] >= '0' && version[5] <= '9' && version[7] >= '0' &&
                       version[7] <= '9';
  if (!is_http) return Refusal{400, "the request line does not end in an HTTP version"};
  is_1_1 = version == "HTTP/1.1";
  if (!is_1_1 && version != "HTTP/1.0")
    return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};

  if (!head.target.starts_with('/')) return Refusal{400, "the target does not begin with '/'"};
  const auto is_uri_byte = [](unsigned char byte) {
    return byte > ' ' && byte < 0x7F && byte != '#';
  };
  if (!std::all_of(head.target.begin(), head.target.end(), is_uri_byte))
    return Refusal{400, "the target holds a byte that a URI cannot; percent-encode it"};

  const auto question = head.target.find('?');
  head.path = head.target.substr(0, question);
  if (question != std::string_view::npos) head.query = head.target.substr(question + 1);
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> head_size(std::string_view received, std::size_t from) {
  // An empty line: LF, then CRLF or LF. The last two bytes may be the beginning of one.
  auto at = received.find('\n', from < 2 ? 0 : from - 2);
  while (at != std::string_view::npos) {
    const auto next = received.substr(at + 1, 2);
    if (next.starts_with('\n')) return at + 2;
    if (next == "\r\n") return at + 3;
    at = received.find('\n', at + 1);
  }
  return std::nullopt;
}

std::variant<RequestHead, Refusal> read_head(std::string_view bytes) {
  RequestHead head;
  bool is_1_1 = false;
  const auto first = take_line(bytes);
  if (!first) return Refusal{400, "a line does not end in CRLF"};
  if (const auto refusal = read_request_line(*first, head, is_1_1)) return *refusal;
  head.keep_alive = is_1_1;

  bool has_host = false, has_length = false, has_coding = false;
  const char* const headers = bytes.data();
  while (true) {
    const auto line = take_line(bytes);
    if (!line) return Refusal{400, "a line does not end in CRLF"};
    if (line->empty()) break;

    const auto colon = line->find(':');
    if (colon == std::string_view::npos || !is_token(line->substr(0, colon)))
      return Refusal{
          400, "a header is not name, colon and value; no blank before the colon, no folding"};
    const auto name = line->substr(0, colon);
    if (!is_field_value(line->substr(colon + 1)))
      return Refusal{400, "a header's value holds a control character"};
    const auto value = without_blanks(line->substr(colon + 1));

    if (equals_ignoring_case(name, "host")) {
      if (has_host) return Refusal{400, "Host is there twice"};
      if (value.empty() || !all_in(kHostBytes, value)) return Refusal{400, "Host is not a host"};
      has_host = true;
    } else if (equals_ignoring_case(name, "content-length")) {
      if (has_length) return Refusal{400, "Content-Length is there twice"};
      const auto length = read_length(value);
      if (!length) return Refusal{400, "Content-Length is not a decimal number"};
      head.content_length = *length;
      has_length = true;
    } else if (equals_ignoring_case(name, "transfer-encoding")) {
      if (has_coding) return Refusal{400, "Transfer-Encoding is there twice"};
      if (!equals_ignoring_case(value, "chunked"))
        return Refusal{501, "no transfer coding but chunked is understood"};
      head.chunked = has_coding = true;
    } else if (equals_ignoring_case(name, "connection")) {
      if (lists(value, "close")) head.keep_alive = false;
    } else if (equals_ignoring_case(name, "expect")) {
      if (!equals_ignoring_case(value, "100-continue"))
        return Refusal{417, "no expectation but 100-continue is understood"};
      head.expects_continue = is_1_1;
    }
  }
  if (!bytes.empty()) return Refusal{400, "bytes follow the empty line of the head"};
  head.headers = {headers, static_cast<std::size_t>(bytes.data() - headers) - 2};

  if (is_1_1 && !has_host) return Refusal{400, "Host is missing"};
  if (has_coding && has_length)
    return Refusal{400, "Content-Length and Transfer-Encoding are both there"};
  if (has_coding && !is_1_1) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
  return head;
}

std::optional<std::string_view> find_header(std::string_view headers, std::string_view name) {
  std::optional<std::string_view> found;
  while (const auto line = take_line(headers)) {
    if (line->size() <= name.size() || (*line)[name.size()] != ':' ||
        !equals_ignoring_case(line->substr(0, name.size()), name))
      continue;
    if (found) return std::nullopt;
    found = without_blanks(line->substr(name.size() + 1));
  }
  return found;
}

}  // namespace conserje
