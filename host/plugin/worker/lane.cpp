#include "plugin/worker/lane.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace conserje {
namespace {

/// How long a reader looks again and again before it sleeps: to wake a sleeper on an idle processor
/// takes longer than most calls, and yielding leaves a busy processor to others.
constexpr std::chrono::microseconds kLookAgain{60};

timespec time_left(RealTime until) {
  constexpr std::chrono::hours kLongest{24};
  const auto left = std::clamp<RealTime::duration>(until - std::chrono::steady_clock::now(),
                                                   RealTime::duration::zero(), kLongest);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(left - seconds).count()};
}

}  // namespace

Result<std::pair<Descriptor, Descriptor>> Lane::make() {
  constexpr int kBuffer = 1024 * 1024;  // The kernel takes its own limit where that is less.
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return Error{ErrorClass::retry, "no descriptors are left for a worker's sockets"};
  for (const int end : ends) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof kBuffer);
  return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

Lane::Outcome Lane::wait_for(short events, RealTime until) const {
  for (;;) {
    pollfd wanted{.fd = socket_.get(), .events = events, .revents = 0};
    const bool forever = until == RealTime::max();
    const auto left = forever ? timespec{} : time_left(until);
    const int ready = ::ppoll(&wanted, 1, forever ? nullptr : &left, nullptr);
    if (ready > 0) return Outcome::ok;  // A closed socket shows at the next send or receive.
    if (ready == 0 && std::chrono::steady_clock::now() >= until) return Outcome::timeout;
    if (ready < 0 && errno != EINTR) return Outcome::closed;
  }
}

bool Lane::comes_soon() const {
  const auto until = std::chrono::steady_clock::now() + kLookAgain;
  do {
    pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, 0) > 0) return true;
    ::sched_yield();
  } while (std::chrono::steady_clock::now() < until);
  return false;
}

Lane::Outcome Lane::send_packet(std::string_view head, std::string_view piece,
                                RealTime until) const {
  iovec parts[] = {{const_cast<char*>(head.data()), head.size()},
                   {const_cast<char*>(piece.data()), piece.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  for (;;) {
    if (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Outcome::ok;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Outcome::closed;
    if (const auto waited = wait_for(POLLOUT, until); waited != Outcome::ok) return waited;
  }
}

Lane::Outcome Lane::send(FrameKind kind, std::uint64_t id, std::string_view body, RealTime until) {
  const auto head = encode(FrameHead{kind, id, static_cast<std::uint32_t>(body.size())});
  std::string_view lead(head.data(), head.size());
  do {
    const auto piece = body.substr(0, kPacketBytes - lead.size());
    if (const auto sent = send_packet(lead, piece, until); sent != Outcome::ok) return sent;
    body.remove_prefix(piece.size());
    lead = {};
  } while (!body.empty());
  return Outcome::ok;
}

Lane::Outcome Lane::receive(Frame& frame, RealTime until) {
  if (packet_ == nullptr) packet_ = std::make_unique_for_overwrite<char[]>(kPacketBytes);
  for (;;) {
    if (!comes_soon())
      if (const auto waited = wait_for(POLLIN, until); waited != Outcome::ok) return waited;
    iovec part{packet_.get(), kPacketBytes};
    msghdr message{};  // Without room for descriptors: the kernel closes those that come.
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const auto size = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return Outcome::closed;
    if ((message.msg_flags & MSG_TRUNC) != 0) return Outcome::bad;
    switch (assembly_.add({packet_.get(), static_cast<std::size_t>(size)})) {
      case FrameAssembly::Step::more: continue;
      case FrameAssembly::Step::bad: return Outcome::bad;
      case FrameAssembly::Step::complete: frame = assembly_.take(); return Outcome::ok;
    }
  }
}

}  // namespace conserje
