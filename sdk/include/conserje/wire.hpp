#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/cj.h"
#include "conserje/result.hpp"

/// The C structs of cj.h as C++ values, for both sides of the boundary: who fills, who releases,
/// what a status means.
namespace conserje {

/// A reply: one JSON head and its attachments.
struct Reply {
  std::string head{};                      ///< JSON object; empty: {}.
  std::vector<std::string> attachments{};  ///< Bytes, as the method says.

  bool operator==(const Reply&) const = default;
};

/// A request as its receiver sees it; borrowed for the call.
struct Request {
  std::uint32_t method = 0;                     ///< CJ_METHOD.
  std::string_view head{};                      ///< JSON object; empty: {}.
  std::vector<std::string_view> attachments{};  ///< Bytes, as the method says.
};

inline cj_str to_c(std::string_view text) { return {text.data(), text.size()}; }  ///< Borrowed.
inline std::string_view view(cj_str text) {                                       ///< Borrowed.
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string_view view(const cj_buf& buffer) {  ///< Valid until it is released.
  return buffer.size == 0 ? std::string_view() : std::string_view(buffer.data, buffer.size);
}

/// A buffer that owns `text` until it is released. An empty text needs no owner.
inline cj_buf to_buffer(std::string text) {
  if (text.empty()) return {};
  auto* owner = new std::string(std::move(text));
  return {owner->data(), owner->size(), owner,
          [](void* p) { delete static_cast<std::string*>(p); }};
}

/// Releases `buffer` and leaves it empty.
inline void release(cj_buf& buffer) {
  if (buffer.release != nullptr) buffer.release(buffer.owner);
  buffer = {};
}

/// The members of a request that the sender's struct has; the rest is zero (cj.h, rule "structs
/// only grow").
template <class T>
T sized_copy(const T* from) {
  T copy{};
  if (from != nullptr) std::memcpy(&copy, from, from->size < sizeof(T) ? from->size : sizeof(T));
  return copy;
}

inline Request to_request(const cj_request* wire) {  ///< Borrowed as `wire` is.
  const cj_request request = sized_copy(wire);
  Request out{.method = request.method, .head = view(request.head)};
  out.attachments.reserve(request.attachment_count);
  for (std::uint64_t i = 0; i < request.attachment_count; ++i)
    out.attachments.push_back(view(request.attachments[i]));
  return out;
}

inline std::uint32_t to_status(ErrorClass error_class) {  ///< CJ_STATUS of the class.
  return CJ_STATUS(static_cast<std::uint32_t>(error_class), 0);
}

/// The class of a status that is not CJ_OK; a class from a later SDK counts as permanent.
inline ErrorClass to_class(std::uint32_t status) {
  const auto number = CJ_STATUS_CLASS(status);
  if (number < 1 || number > 7) return ErrorClass::permanent;
  return static_cast<ErrorClass>(number);
}

/// Writes `reply` into the caller's zeroed result.
inline void fill(cj_result* result, Reply reply) {
  result->status = CJ_OK;
  result->head = to_buffer(std::move(reply.head));
  if (reply.attachments.empty()) return;
  auto* buffers = new std::vector<cj_buf>();
  for (auto& attachment : reply.attachments) buffers->push_back(to_buffer(std::move(attachment)));
  result->attachments = buffers->data();
  result->attachment_count = buffers->size();
  result->attachments_owner = buffers;
  result->release_attachments = [](void* p) { delete static_cast<std::vector<cj_buf>*>(p); };
}

/// Writes `error` into the caller's zeroed result.
inline void fill(cj_result* result, const Error& error) {
  result->status = to_status(error.error_class);
  if (error.retry_after)
    result->retry_after_ms = static_cast<std::uint64_t>(error.retry_after->count());
  result->message = to_buffer(error.message);
  result->vendor_code = to_buffer(error.vendor_code);
}

/// A zeroed result for a call.
inline cj_result empty_result() {
  cj_result result{};
  result.size = sizeof result;
  return result;
}

/// Takes a filled result apart and releases all of it.
inline Result<Reply> take(cj_result& result) {
  Reply reply{.head = std::string(view(result.head))};
  for (std::uint64_t i = 0; i < result.attachment_count; ++i) {
    reply.attachments.emplace_back(view(result.attachments[i]));
    release(result.attachments[i]);
  }
  if (result.release_attachments != nullptr) result.release_attachments(result.attachments_owner);
  Error error{.message = std::string(view(result.message)),
              .vendor_code = std::string(view(result.vendor_code))};
  const auto status = result.status;
  if (result.retry_after_ms != 0)
    error.retry_after = std::chrono::milliseconds(result.retry_after_ms);
  release(result.head);
  release(result.message);
  release(result.vendor_code);
  result = empty_result();
  if (status == CJ_OK) return reply;
  error.error_class = to_class(status);
  return error;
}

}  // namespace conserje
