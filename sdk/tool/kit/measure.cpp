#include "kit/measure.hpp"

#include <fenv.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

extern "C" {
// The sanitizers' allocator, where this program is built with one.
__attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();
extern char** environ;
}

namespace conserje::kit {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kSettling{500};

std::string handler_of(int number) {
  struct sigaction action {};
  if (::sigaction(number, nullptr, &action) != 0) return "";
  return std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler));
}

std::string blocked_signals() {
  sigset_t set;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &set);
  std::string out;
  for (int number = 1; number < NSIG; ++number) out += sigismember(&set, number) == 1 ? '1' : '0';
  return out;
}

mode_t file_mode_mask() {
  const auto mask = ::umask(0);
  ::umask(mask);
  return mask;
}

/// Of CPU that this process has used.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// How long each thread was ready and did not run (proc(5), schedstat, its second figure, in
/// nanoseconds); nothing where the kernel does not count it.
std::map<std::string, double> waiting_seconds() {
  std::map<std::string, double> found;
  std::error_code error;
  for (const auto& task : fs::directory_iterator("/proc/self/task", error)) {
    std::ifstream in(task.path() / "schedstat");
    double running = 0;
    double waiting = 0;
    if (in >> running >> waiting) found[task.path().filename()] = waiting / 1e9;
  }
  return found;
}

}  // namespace

std::size_t heap_in_use() {
  if (__sanitizer_get_current_allocated_bytes != nullptr)
    return __sanitizer_get_current_allocated_bytes();
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::map<int, std::string> descriptors() {
  std::map<int, std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", error)) {
    const auto target = fs::read_symlink(entry.path(), error);
    if (!error) found[std::atoi(entry.path().filename().c_str())] = target.string();
  }
  std::erase_if(found, [](const auto& each) {  // The one that listed them.
    return each.second == "/proc/" + std::to_string(::getpid()) + "/fd";
  });
  return found;
}

std::string changed_descriptors(const std::map<int, std::string>& before) {
  const auto now = descriptors();
  std::string out;
  for (const auto& [fd, target] : now)
    if (!before.contains(fd)) out += " opened " + std::to_string(fd) + " (" + target + ")";
  for (const auto& [fd, target] : before) {
    const auto found = now.find(fd);
    if (found == now.end())
      out += " closed " + std::to_string(fd) + " (" + target + ")";
    else if (found->second != target)
      out += " replaced " + std::to_string(fd) + " (" + target + ") by " + found->second;
  }
  return out.empty() ? out : out.substr(1);
}

std::size_t thread_count() {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/self/task", error)) {
    (void)entry;
    ++count;
  }
  return count;
}

std::size_t settled_thread_count(std::size_t expected) {
  const auto until = std::chrono::steady_clock::now() + kSettling;
  while (thread_count() > expected && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return thread_count();
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

std::size_t output_size() {
  std::size_t size = 0;
  ino_t seen = 0;
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_ino == seen) continue;
    seen = status.st_ino;
    size += static_cast<std::size_t>(status.st_size);
  }
  return size;
}

ProcessState ProcessState::now() {
  ProcessState state;
  for (int number = 1; number < NSIG; ++number)
    if (const char* name = ::sigabbrev_np(number); name != nullptr)
      state.parts[std::string("the handler of SIG") + name] = handler_of(number);
  state.parts["the blocked signals"] = blocked_signals();
  state.parts["the locale"] = std::setlocale(LC_ALL, nullptr);
  std::error_code error;
  state.parts["the working folder"] = fs::current_path(error).string();
  state.parts["the umask"] = std::to_string(file_mode_mask());
  std::string environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment.append(*entry) += '\n';
  state.parts["the environment"] = environment;
  state.parts["the rounding mode"] = std::to_string(::fegetround());
  state.parts["the floating-point traps"] = std::to_string(::fegetexcept());
  return state;
}

std::string ProcessState::changed_since_this() const {
  const auto after = now();
  std::string out;
  for (const auto& [name, value] : parts)
    if (after.parts.at(name) != value) out += (out.empty() ? "" : ", ") + name;
  return out;
}

CpuShare::CpuShare()
    : began_(std::chrono::steady_clock::now()), used_(cpu_seconds()), waited_(waiting_seconds()) {}

double CpuShare::now() const {
  const auto passed = time().count();
  const auto used = cpu_seconds() - used_;
  double waited = 0;
  for (const auto& [thread, seconds] : waiting_seconds()) {
    const auto before = waited_.find(thread);
    waited = std::max(waited, seconds - (before == waited_.end() ? 0 : before->second));
  }
  return used / std::max(passed - waited, used);
}

std::chrono::duration<double> CpuShare::time() const {
  return std::chrono::steady_clock::now() - began_;
}

}  // namespace conserje::kit
