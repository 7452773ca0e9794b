#include "terminal.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>
#include <utility>

namespace conserje::console {
namespace {

/// Keeps SIGPIPE from this thread while it lives, and takes away the one that a write raised: the
/// signal's handling belongs to the host, and must not end it.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

bool is_passing(int error) { return error == EINTR || error == EAGAIN; }

}  // namespace

Terminal::Terminal(int in, int out, std::chrono::milliseconds patience)
    : in_(in), out_(out), patience_(patience), wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Terminal::~Terminal() { ::close(wake_); }

std::optional<std::string> Terminal::read_line() {
  while (!stopped_) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, std::min(end, kLongestLine));
      pending_.erase(0, end + 1);
      return line;
    }
    if (pending_.size() > kLongestLine) pending_.resize(kLongestLine);
    if (ended_) {
      if (pending_.empty()) return std::nullopt;
      return std::exchange(pending_, {});
    }
    if (!wait_for(in_, POLLIN, -1)) return std::nullopt;
    char buffer[4096];
    const auto got = ::read(in_, buffer, sizeof buffer);
    if (got > 0)
      pending_.append(buffer, static_cast<std::size_t>(got));
    else if (got == 0 || !is_passing(errno))
      ended_ = true;
  }
  return std::nullopt;
}

Status Terminal::write(std::string_view text) {
  const WithoutSigpipe guard;
  while (!text.empty()) {
    if (!wait_for(out_, POLLOUT, static_cast<int>(patience_.count())))
      return Error{ErrorClass::deadline, "console: nobody reads the output for too long"};
    // What poll lets through is written without blocking only up to PIPE_BUF.
    const auto written = ::write(out_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (!is_passing(errno))
      return Error{ErrorClass::permanent, "console: nobody reads the output"};
  }
  return Done{};
}

bool Terminal::pause(std::chrono::milliseconds time) {
  pollfd wake{wake_, POLLIN, 0};
  ::poll(&wake, 1, static_cast<int>(time.count()));
  return !stopped_;
}

void Terminal::stop() {
  stopped_ = true;
  const std::uint64_t one = 1;
  // It fails only when it was called 2^64 - 1 times before, and the descriptor is readable anyway.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

/// True: the descriptor is ready, or broken, which the next read or write will tell. False: it took
/// too long, or stop() was called. timeout_ms: -1: for ever.
bool Terminal::wait_for(int descriptor, short events, int timeout_ms) const {
  pollfd waited[] = {{descriptor, events, 0}, {wake_, POLLIN, 0}};
  while (::poll(waited, 2, timeout_ms) < 0)
    if (!is_passing(errno)) return false;
  return waited[0].revents != 0;
}

}  // namespace conserje::console
