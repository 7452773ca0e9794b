#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "conserje/result.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/worker/frames.hpp"

namespace conserje {

/// A moment of the real monotonic clock, for waiting.
using RealTime = std::chrono::steady_clock::time_point;

/// One end of a conversation between the host and a worker: a SOCK_SEQPACKET socket, on which one
/// side asks and the other answers. The kernel keeps the packets apart, so nothing of the peer's
/// can be out of step, and descriptors that it passes are dropped unseen. Threads: one that
/// receives; those that send must not do so at once, except cancel(), which is one packet.
class Lane {
 public:
  enum class Outcome : unsigned char {
    ok,
    timeout,
    closed,  // The peer has ended, or closed its end.
    bad,     // What came is no frame. Never again ask this peer.
  };

  explicit Lane(Descriptor socket) : socket_(std::move(socket)) {}

  /// The two ends of a new one. Errors: retry, no descriptors are left.
  static Result<std::pair<Descriptor, Descriptor>> make();

  /// `timeout`: the peer does not read, and what was begun is lost: never again ask it.
  Outcome send(FrameKind kind, std::uint64_t id, std::string_view body, RealTime until);
  Outcome receive(Frame& frame, RealTime until);

  int descriptor() const { return socket_.get(); }

 private:
  Outcome wait_for(short events, RealTime until) const;
  bool comes_soon() const;
  Outcome send_packet(std::string_view head, std::string_view piece, RealTime until) const;

  Descriptor socket_;
  FrameAssembly assembly_{};
  std::unique_ptr<char[]> packet_{};  // kPacketBytes, from the first receive on.
};

}  // namespace conserje
