#include "plugin/worker/spawn.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "plugin/worker/frames.hpp"

namespace conserje {
namespace {

constexpr std::size_t kParcelBytes = 4096;
constexpr std::size_t kMostDescriptors = 4 + kBackgroundLanes + kMostCallLanes;

/// Room for the descriptors of one packet.
struct Ancillary {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> bytes{};
};

}  // namespace

std::string encode(const SpawnRequest& request) {
  const auto& confinement = request.confinement;
  return BodyWriter()
      .text(request.name)
      .text(request.file)
      .number(static_cast<std::uint8_t>(confinement.wanted))
      .number(static_cast<std::uint8_t>(confinement.network))
      .number(confinement.memory_bytes)
      .number(confinement.threads)
      .number(confinement.landlock_abi)
      .number(request.call_lanes)
      .take();
}

std::optional<SpawnRequest> decode_spawn(std::string_view body) {
  BodyReader in(body);
  SpawnRequest request;
  request.name = in.text();
  request.file = in.text();
  request.confinement.wanted = in.number<std::uint8_t>() != 0;
  request.confinement.network = in.number<std::uint8_t>() != 0;
  request.confinement.memory_bytes = in.number<std::uint64_t>();
  request.confinement.threads = in.number<std::uint32_t>();
  request.confinement.landlock_abi = in.number<std::uint32_t>();
  request.call_lanes = in.number<std::uint32_t>();
  if (!in.finished() || request.call_lanes == 0 || request.call_lanes > kMostCallLanes) return {};
  return request;
}

bool send_with(int socket, std::string_view bytes, const std::vector<int>& descriptors) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  Ancillary room;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const auto size = descriptors.size() * sizeof(int);
    message.msg_control = room.bytes.data();
    message.msg_controllen = CMSG_SPACE(size);
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

std::optional<Parcel> receive_with(int socket) {
  Parcel parcel{.bytes = std::string(kParcelBytes, '\0')};
  iovec part{parcel.bytes.data(), parcel.bytes.size()};
  Ancillary room;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.bytes.data();
  message.msg_controllen = room.bytes.size();
  ssize_t size = 0;
  do size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size <= 0) return {};
  parcel.bytes.resize(static_cast<std::size_t>(size));
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      parcel.descriptors.emplace_back(fd);
    }
  }
  return parcel;
}

}  // namespace conserje
