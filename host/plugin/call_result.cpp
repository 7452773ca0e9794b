#include "plugin/call_result.hpp"

#include <algorithm>

#include "pipeline/utf8.hpp"

namespace conserje {

std::string people_text(std::string_view bytes, std::size_t limit) {
  std::string text;
  for (bytes = bytes.substr(0, limit); !bytes.empty();) {
    const auto good = valid_utf8_prefix(bytes);
    for (const char c : bytes.substr(0, good))
      text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    text += "\xEF\xBF\xBD";
    bytes.remove_prefix(1);
  }
  return text;
}

void clear(cj_result& result) {
  result.size = sizeof result;
  result.status = CJ_OK;
  result.retry_after_ms = 0;
  result.head = {};
  result.message = {};
  result.vendor_code = {};
  result.attachments = nullptr;
  result.attachment_count = 0;
  result.attachments_owner = nullptr;
  result.release_attachments = nullptr;
}

Error to_error(const cj_result& result) {
  Error error{.error_class = to_class(result.status),
              .message = people_text(view(result.message), kErrorTextLimit),
              .vendor_code = people_text(view(result.vendor_code), 128)};
  constexpr auto kMost = static_cast<std::uint64_t>(kMaxRetryAfter.count());
  if (result.retry_after_ms != 0)
    error.retry_after = Millis(static_cast<std::int64_t>(std::min(result.retry_after_ms, kMost)));
  return error;
}

}  // namespace conserje
