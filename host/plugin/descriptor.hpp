#pragma once

#include <unistd.h>

#include <utility>

namespace conserje {

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.leave()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.leave();
    }
    return *this;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int leave() { return std::exchange(fd_, -1); }
  void close() {
    if (fd_ >= 0) ::close(leave());
  }

 private:
  int fd_ = -1;
};

}  // namespace conserje
