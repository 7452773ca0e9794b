#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/cj.h"

/// The language between the host and a worker, as pure functions. A frame travels as one or more
/// packets of a SOCK_SEQPACKET socket: the first begins with a head of fixed size, the others only
/// carry on its body. Integers are little-endian. Whoever reads takes the writer for hostile: no
/// count and no size is believed before the bytes are there.
namespace conserje {

enum class FrameKind : std::uint16_t {
  hello = 1,  // Worker: it stands, confined as the body says (sandbox.hpp).
  create,     // Host, to the control lane; each is answered by `result`.
  start,
  drain,
  health,
  destroy,
  invoke,  // Host, to a call lane; answered by `result`.
  cancel,  // Host, to the control lane; not answered.
  result,
  host_call,  // Worker: a function of cj_host; answered by `host_result`.
  host_result,
  note,  // Worker: a function of cj_host that has no answer (log, metrics).
};

inline constexpr std::uint16_t kFrameVersion = 1;
inline constexpr std::size_t kFrameHeadBytes = 16;
inline constexpr std::size_t kPacketBytes = 64 * 1024;        // With the head.
inline constexpr std::size_t kFrameLimit = 80 * 1024 * 1024;  // A body: a webhook of the
                                                              // largest limit and its head.
inline constexpr std::size_t kFrameAttachments = 16;          // kMaxAttachments

struct FrameHead {
  FrameKind kind = FrameKind::hello;
  std::uint64_t id = 0;    // Of the call; an answer has its question's.
  std::uint32_t size = 0;  // Bytes of the body, over all packets.

  bool operator==(const FrameHead&) const = default;
};

std::array<char, kFrameHeadBytes> encode(const FrameHead& head);
/// nullopt: too short, another version, a kind that does not exist, or a body over kFrameLimit.
std::optional<FrameHead> decode_head(std::string_view packet);

struct Frame {
  FrameKind kind = FrameKind::hello;
  std::uint64_t id = 0;
  std::string body{};

  bool operator==(const Frame&) const = default;
};

/// Puts a frame together from its packets.
class FrameAssembly {
 public:
  enum class Step : unsigned char { more, complete, bad };
  /// After `complete` the frame is taken, and the next packet begins another. After `bad` nothing
  /// more may be read from that peer.
  Step add(std::string_view packet);
  Frame take();
  /// Between the packets of one frame.
  bool is_open() const { return head_.has_value(); }

 private:
  std::optional<FrameHead> head_{};
  std::string body_{};
};

/// Writes a body.
class BodyWriter {
 public:
  template <std::unsigned_integral T>
  BodyWriter& number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      body_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    return *this;
  }
  BodyWriter& real(double value) { return number(std::bit_cast<std::uint64_t>(value)); }
  BodyWriter& text(std::string_view bytes) {
    number(static_cast<std::uint32_t>(bytes.size()));
    body_ += bytes;
    return *this;
  }
  std::string take() { return std::move(body_); }

 private:
  std::string body_;
};

/// Reads a body; what is not there is zero or empty, and then ok() is false for good.
class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : rest_(body) {}

  template <std::unsigned_integral T>
  T number() {
    const auto bytes = take(sizeof(T));
    T value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value = static_cast<T>(
          value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i)));
    return value;
  }
  double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
  std::string_view text() { return take(number<std::uint32_t>()); }
  bool ok() const { return ok_; }
  /// Everything was there, and nothing else.
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  bool ok_ = true;
};

void put(BodyWriter& out, const cj_call& call);
void put(BodyWriter& out, const cj_request& request);
/// `flaw`: what is wrong with the result (result_flaw.hpp); then nothing else of it is looked at.
void put(BodyWriter& out, const cj_result& result, std::string_view flaw);

/// A call as it was written; its texts point into the body. `cancelled` is null.
cj_call get_call(BodyReader& in);

struct WireRequest {
  cj_request request{};
  std::vector<cj_str> attachments{};

  /// Valid as long as this object and the body.
  const cj_request* get() {
    request.attachments = attachments.data();
    return &request;
  }
};
WireRequest get_request(BodyReader& in);

/// Fills an empty result with copies. The flaw that the worker found, empty: none. Nothing is
/// filled when the reader is not finished() afterwards.
std::string get_result(BodyReader& in, cj_result& result);

}  // namespace conserje
