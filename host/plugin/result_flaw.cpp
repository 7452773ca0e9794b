#include "plugin/result_flaw.hpp"

#include <algorithm>
#include <iterator>

namespace conserje {
namespace {

constexpr std::string_view kFlaws[] = {"buffer without data",         "buffer over the limit",
                                       "buffer without release",      "result with another size",
                                       "too many attachments",        "attachments nowhere",
                                       "attachments without release", "exception"};

std::string_view flaw(const cj_buf& buffer) {
  if (buffer.data == nullptr && buffer.size > 0) return "buffer without data";
  if (buffer.size > kReplyLimit) return "buffer over the limit";
  if (buffer.owner != nullptr && buffer.release == nullptr) return "buffer without release";
  return {};
}

void release_only(const cj_buf& buffer) {
  if (buffer.release != nullptr) buffer.release(buffer.owner);
}

}  // namespace

std::string_view flaw(const cj_result& result) {
  if (result.size != sizeof(cj_result)) return "result with another size";
  for (const cj_buf* buffer : {&result.head, &result.message, &result.vendor_code})
    if (const auto found = flaw(*buffer); !found.empty()) return found;
  if (result.attachment_count > kMaxAttachments) return "too many attachments";
  if (result.attachments == nullptr && result.attachment_count > 0) return "attachments nowhere";
  if (result.attachments_owner != nullptr && result.release_attachments == nullptr)
    return "attachments without release";
  for (std::uint64_t i = 0; i < result.attachment_count; ++i)
    if (const auto found = flaw(result.attachments[i]); !found.empty()) return found;
  return {};
}

std::string_view known_flaw(std::string_view text) {
  const auto* found = std::find(std::begin(kFlaws), std::end(kFlaws), text);
  return found == std::end(kFlaws) ? "unknown" : *found;
}

void release_all(const cj_result& result) {
  for (std::uint64_t i = 0; i < result.attachment_count; ++i) release_only(result.attachments[i]);
  if (result.release_attachments != nullptr) result.release_attachments(result.attachments_owner);
  release_only(result.head);
  release_only(result.message);
  release_only(result.vendor_code);
}

}  // namespace conserje
