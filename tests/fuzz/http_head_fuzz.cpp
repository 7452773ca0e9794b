// The head of a request, from anybody: what is accepted has one meaning only.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "guard/http_text.hpp"
#include "http/request_head.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = head_size(bytes);
  if (!whole) return 0;
  for (std::size_t searched = 0; searched < *whole; ++searched)
    require(head_size(bytes, searched) == whole);

  const auto read = read_head(bytes.substr(0, *whole));
  const auto* head = std::get_if<RequestHead>(&read);
  if (head == nullptr) return 0;
  require(head->target.starts_with('/') && is_token(head->method));
  require(bytes.substr(0, *whole).find('\0') == std::string_view::npos);
  require(!head->chunked || head->content_length == 0);
  require(head->headers.data() + head->headers.size() + 2 == bytes.data() + *whole);
  require(!find_header(head->headers, "content-length") ||
          !find_header(head->headers, "transfer-encoding"));
  return 0;
}
