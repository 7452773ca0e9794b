#include "plugin/worker/frames.hpp"

#include <algorithm>
#include <utility>

#include "conserje/wire.hpp"

namespace conserje {
namespace {

/// Bytes that a frame's head is believed: room is made for as many at once, which costs a liar's
/// host addresses alone.
constexpr std::size_t kBelieved = 2 * 1024 * 1024;

/// A plugin's text that points nowhere is empty.
std::string_view safe(cj_str text) {
  return text.data == nullptr ? std::string_view() : view(text);
}

}  // namespace

std::array<char, kFrameHeadBytes> encode(const FrameHead& head) {
  const auto bytes = BodyWriter()
                         .number(head.size)
                         .number(static_cast<std::uint16_t>(head.kind))
                         .number(kFrameVersion)
                         .number(head.id)
                         .take();
  std::array<char, kFrameHeadBytes> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::optional<FrameHead> decode_head(std::string_view packet) {
  if (packet.size() < kFrameHeadBytes) return {};
  BodyReader in(packet.substr(0, kFrameHeadBytes));
  FrameHead head{.size = in.number<std::uint32_t>()};
  const auto kind = in.number<std::uint16_t>();
  const auto version = in.number<std::uint16_t>();
  head.id = in.number<std::uint64_t>();
  const bool is_known = kind >= static_cast<std::uint16_t>(FrameKind::hello) &&
                        kind <= static_cast<std::uint16_t>(FrameKind::note);
  if (!is_known || version != kFrameVersion || head.size > kFrameLimit) return {};
  head.kind = static_cast<FrameKind>(kind);
  return head;
}

FrameAssembly::Step FrameAssembly::add(std::string_view packet) {
  if (!head_) {
    head_ = decode_head(packet);
    if (!head_) return Step::bad;
    packet.remove_prefix(kFrameHeadBytes);
    body_.reserve(std::min<std::size_t>(head_->size, kBelieved));
  } else if (packet.empty()) {
    return Step::bad;  // A frame that goes on must get somewhere.
  }
  if (packet.size() > head_->size - body_.size()) return Step::bad;
  body_ += packet;
  return body_.size() == head_->size ? Step::complete : Step::more;
}

Frame FrameAssembly::take() {
  Frame frame{head_->kind, head_->id, std::exchange(body_, {})};
  head_.reset();
  return frame;
}

void put(BodyWriter& out, const cj_call& call) {
  out.number(call.attempt)
      .number(call.call_id)
      .number(call.deadline_ns)
      .text(safe(call.trace_id))
      .text(safe(call.idempotency_key))
      .text(safe(call.tenant));
}

cj_call get_call(BodyReader& in) {
  cj_call call{};
  call.size = sizeof call;
  call.attempt = in.number<std::uint32_t>();
  call.call_id = in.number<std::uint64_t>();
  call.deadline_ns = in.number<std::uint64_t>();
  call.trace_id = to_c(in.text());
  call.idempotency_key = to_c(in.text());
  call.tenant = to_c(in.text());
  return call;
}

void put(BodyWriter& out, const cj_request& request) {
  out.number(request.method)
      .text(safe(request.head))
      .number(static_cast<std::uint32_t>(request.attachment_count));
  for (std::uint64_t i = 0; i < request.attachment_count; ++i)
    out.text(safe(request.attachments[i]));
}

WireRequest get_request(BodyReader& in) {
  WireRequest wire;
  wire.request.size = sizeof(cj_request);
  wire.request.method = in.number<std::uint32_t>();
  wire.request.head = to_c(in.text());
  const auto count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && i < kFrameAttachments && in.ok(); ++i)
    wire.attachments.push_back(to_c(in.text()));
  wire.request.attachment_count = wire.attachments.size();
  return wire;
}

void put(BodyWriter& out, const cj_result& result, std::string_view flaw) {
  out.text(flaw);
  if (!flaw.empty()) return;
  out.number(result.status)
      .number(result.retry_after_ms)
      .text(view(result.head))
      .text(view(result.message))
      .text(view(result.vendor_code))
      .number(static_cast<std::uint32_t>(result.attachment_count));
  for (std::uint64_t i = 0; i < result.attachment_count; ++i) out.text(view(result.attachments[i]));
}

std::string get_result(BodyReader& in, cj_result& result) {
  const std::string flaw(in.text());
  if (!flaw.empty()) return flaw;
  const auto status = in.number<std::uint32_t>();
  const auto retry_after_ms = in.number<std::uint64_t>();
  const auto head = in.text();
  const auto message = in.text();
  const auto vendor_code = in.text();
  const auto count = in.number<std::uint32_t>();
  std::vector<std::string> attachments;
  for (std::uint32_t i = 0; i < count && i < kFrameAttachments && in.ok(); ++i)
    attachments.emplace_back(in.text());
  if (!in.finished()) return {};
  fill(&result, Reply{std::string(head), std::move(attachments)});
  result.status = status;
  result.retry_after_ms = retry_after_ms;
  result.message = to_buffer(std::string(message));
  result.vendor_code = to_buffer(std::string(vendor_code));
  return {};
}

}  // namespace conserje
