#include "kit/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "conserje/json.hpp"
#include "plugin/worker/sanitized.hpp"

namespace conserje::kit {
namespace {

constexpr std::size_t kOutputShown = 1200;  // Bytes of what a child that crashed had written.
constexpr rlim_t kFileLimit = 64 * 1024 * 1024;
constexpr rlim_t kDescriptorLimit = 4096;
constexpr rlim_t kAddressLimit = rlim_t{8} * 1024 * 1024 * 1024;

/// A file in memory that the child inherits and the parent reads when the child is gone.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : fd_(::memfd_create(name, 0)) {
    if (fd_ < 0) throw std::runtime_error("memfd_create failed");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }
  std::string text() const {
    std::string out;
    char buffer[4096];
    for (off_t at = 0;; at += static_cast<off_t>(sizeof buffer)) {
      const auto got = ::pread(fd_, buffer, sizeof buffer, at);
      if (got <= 0) return out;
      out.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
};

void limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

/// Makes the child what run_in_child promises.
void confine(int output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // What a plugin forks twice is still seen.
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, kFileLimit);
  limit(RLIMIT_NOFILE, kDescriptorLimit);
  if (!kSanitized) limit(RLIMIT_AS, kAddressLimit);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::close(nothing);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close(output);
}

[[noreturn]] void be_the_child(const Check& check, const Options& options,
                               const std::shared_ptr<const SealedImage>& image, int output,
                               int verdict_file) {
  const auto self = ::getpid();
  confine(output);
  Subject subject(options, image);
  const auto verdict = run_check(check, subject);
  if (::getpid() != self) ::_exit(0);  // A plugin's fork that came back through the check.
  const auto text = Json{
      {"outcome", static_cast<int>(verdict.outcome)},
      {"found", verdict.found},
      {"needed",
       verdict.needed}}.dump(-1, ' ', true, Json::error_handler_t::replace);
  const auto written = ::pwrite(verdict_file, text.data(), text.size(), 0);
  ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

/// Waits until the process has ended; false: time was up first.
bool has_ended(pid_t pid, std::chrono::milliseconds patience) {
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd watched{pidfd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  ::close(pidfd);
  return ready == 1;
}

/// Kills and buries what a child left behind: its group, and what left the group.
void clear_up(pid_t group) {
  ::kill(-group, SIGKILL);
  std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (pid_t pid = 0; children >> pid;) ::kill(pid, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
}

std::string last_of(const std::string& output) {
  if (output.empty()) return {};
  const auto from = output.size() > kOutputShown ? output.size() - kOutputShown : 0;
  return "; it had written:\n" + output.substr(from);
}

/// The sanitizer's one line of what it found, which says more than its abort.
std::string sanitizer_summary(const std::string& output) {
  for (const char* mark : {"SUMMARY: ", "runtime error: ", "terminate called "}) {
    const auto at = output.find(mark);
    if (at != std::string::npos) return output.substr(at, output.find('\n', at) - at);
  }
  return {};
}

Verdict verdict_of(int status, const std::string& text, const std::string& output) {
  const auto json = Json::parse(text, nullptr, false);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && json.is_object())
    return {.outcome = static_cast<Verdict::Outcome>(json["outcome"].get<int>()),
            .found = json["found"].get<std::string>(),
            .needed = json["needed"].get<std::string>()};
  const auto summary = sanitizer_summary(output);
  std::string found;
  if (WIFSIGNALED(status))
    found = std::string("the process died of SIG") + ::sigabbrev_np(WTERMSIG(status));
  else if (!summary.empty())
    found = "the process died";
  else
    found = "the process ended with status " + std::to_string(WEXITSTATUS(status)) +
            " before the check did, or its descriptors were closed";
  found += summary.empty() ? last_of(output) : ": " + summary;
  return {.outcome = Verdict::Outcome::failed,
          .found = found,
          .needed = "a plugin that leaves the host's process alive"};
}

}  // namespace

Verdict run_in_child(const Check& check, const Options& options,
                     const std::shared_ptr<const SealedImage>& image) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const MemoryFile verdict_file("verdict");
  const MemoryFile output("output");
  std::fflush(nullptr);  // Or the child would write it once more.
  const auto pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    // Appends, so that both streams of the child share one place to write to.
    ::fcntl(output.fd(), F_SETFL, O_APPEND);
    be_the_child(check, options, image, output.fd(), verdict_file.fd());
  }
  const auto patience = std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(
      static_cast<double>(
          std::chrono::milliseconds(std::min(check.limit, options.time_limit)).count()) *
      options.slow));
  const bool ended = has_ended(pid, patience);
  int status = 0;
  if (!ended) ::kill(pid, SIGKILL);
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  clear_up(pid);
  if (ended) return verdict_of(status, verdict_file.text(), output.text());
  return {.outcome = Verdict::Outcome::failed,
          .found = "the check did not end within " + std::to_string(patience.count()) + " ms",
          .needed = "functions that return by their deadline"};
}

}  // namespace conserje::kit
