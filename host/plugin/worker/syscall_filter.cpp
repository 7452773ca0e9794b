#include "plugin/worker/syscall_filter.hpp"

#include <dlfcn.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <string>

#include "plugin/descriptor.hpp"
#include "plugin/worker/sanitized.hpp"

namespace conserje {
namespace {

// ---- What is allowed ---------------------------------------------------------------------------

/// Whatever its arguments: memory, time, threads' own business, and descriptors that are open.
/// Files are opened as far as Landlock allows.
constexpr const char* kAllowed[] = {"read",
                                    "write",
                                    "readv",
                                    "writev",
                                    "pread64",
                                    "pwrite64",
                                    "lseek",
                                    "close",
                                    "close_range",
                                    "fstat",
                                    "stat",
                                    "lstat",
                                    "newfstatat",
                                    "statx",
                                    "fstatfs",
                                    "open",
                                    "openat",
                                    "access",
                                    "faccessat",
                                    "faccessat2",
                                    "readlink",
                                    "readlinkat",
                                    "getcwd",
                                    "getdents64",
                                    "dup",
                                    "dup2",
                                    "dup3",
                                    "fcntl",
                                    "pipe",
                                    "pipe2",
                                    "eventfd2",
                                    "poll",
                                    "ppoll",
                                    "select",
                                    "pselect6",
                                    "epoll_create1",
                                    "epoll_ctl",
                                    "epoll_wait",
                                    "epoll_pwait",
                                    "timerfd_create",
                                    "timerfd_settime",
                                    "timerfd_gettime",
                                    "mmap",
                                    "munmap",
                                    "mprotect",
                                    "mremap",
                                    "madvise",
                                    "mincore",
                                    "brk",
                                    "futex",
                                    "futex_waitv",
                                    "set_robust_list",
                                    "get_robust_list",
                                    "rseq",
                                    "set_tid_address",
                                    "membarrier",
                                    "restart_syscall",
                                    "sched_yield",
                                    "sched_getaffinity",
                                    "sched_getparam",
                                    "sched_getscheduler",
                                    "sched_get_priority_max",
                                    "sched_get_priority_min",
                                    "getcpu",
                                    "nanosleep",
                                    "clock_nanosleep",
                                    "clock_gettime",
                                    "clock_getres",
                                    "gettimeofday",
                                    "time",
                                    "times",
                                    "getrusage",
                                    "sysinfo",
                                    "uname",
                                    "getrandom",
                                    "gettid",
                                    "getpid",
                                    "getppid",
                                    "getuid",
                                    "geteuid",
                                    "getgid",
                                    "getegid",
                                    "getrlimit",
                                    "rt_sigaction",
                                    "rt_sigprocmask",
                                    "rt_sigreturn",
                                    "rt_sigpending",
                                    "rt_sigtimedwait",
                                    "rt_sigsuspend",
                                    "sigaltstack",
                                    "arch_prctl",
                                    "sendmsg",
                                    "recvmsg",
                                    "sendto",
                                    "recvfrom",
                                    "shutdown",
                                    "exit",
                                    "exit_group"};

/// Of a plugin with a network client of its own, besides socket().
constexpr const char* kNetwork[] = {"connect",    "bind",       "getsockname", "getpeername",
                                    "getsockopt", "setsockopt", "sendmmsg",    "recvmmsg"};

/// What the sanitizers of a test build do besides.
constexpr const char* kSanitizers[] = {"personality", "sched_setaffinity"};

/// Stands in the program for the id of the process that it is installed in.
constexpr std::uint32_t kOwnProcess = 0x5afec0de;

// ---- libseccomp --------------------------------------------------------------------------------

/// The functions of libseccomp that are used.
struct Library {
  decltype(&::seccomp_init) init = nullptr;
  decltype(&::seccomp_release) release = nullptr;
  decltype(&::seccomp_rule_add_array) add = nullptr;
  decltype(&::seccomp_syscall_resolve_name) resolve = nullptr;
  decltype(&::seccomp_export_bpf) export_bpf = nullptr;

  static bool load(Library& library);
};

template <class F>
bool find(void* handle, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(handle, name));
  return function != nullptr;
}

bool Library::load(Library& library) {
  void* handle = ::dlopen("libseccomp.so.2", RTLD_NOW | RTLD_LOCAL);
  return handle != nullptr && find(handle, "seccomp_init", library.init) &&
         find(handle, "seccomp_release", library.release) &&
         find(handle, "seccomp_rule_add_array", library.add) &&
         find(handle, "seccomp_syscall_resolve_name", library.resolve) &&
         find(handle, "seccomp_export_bpf", library.export_bpf);
}

using Arguments = std::initializer_list<scmp_arg_cmp>;

template <class T>
scmp_arg_cmp equals(unsigned argument, T value) {
  return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}
scmp_arg_cmp has_bits(unsigned argument, std::uint64_t bits) {
  return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}
/// Of a socket's type, without the flags that may be or-ed to it.
scmp_arg_cmp has_type(unsigned argument, int type) {
  constexpr scmp_datum_t kType = 0xf;
  return {argument, SCMP_CMP_MASKED_EQ, kType, static_cast<scmp_datum_t>(type)};
}

/// A filter while it is put together.
class Builder {
 public:
  explicit Builder(const Library& library)
      : library_(library), context_(library.init(SCMP_ACT_ERRNO(EPERM)), library.release) {}

  void allow(const char* name, Arguments arguments = {}) { add(SCMP_ACT_ALLOW, name, arguments); }
  template <class Names>
  void allow_all(const Names& names) {
    for (const char* name : names) allow(name);
  }
  void refuse(const char* name, unsigned error) { add(SCMP_ACT_ERRNO(error), name, {}); }

  Result<std::vector<sock_filter>> finish() const;

 private:
  void add(std::uint32_t action, const char* name, Arguments arguments) {
    const int number = library_.resolve(name);
    if (number == __NR_SCMP_ERROR || context_ == nullptr) return;  // This machine has no such call.
    if (library_.add(context_.get(), action, number, static_cast<unsigned>(arguments.size()),
                     arguments.begin()) != 0)
      is_fine_ = false;
  }

  const Library& library_;
  std::unique_ptr<void, decltype(&::seccomp_release)> context_;
  bool is_fine_ = true;
};

Result<std::vector<sock_filter>> Builder::finish() const {
  const Error failed{ErrorClass::config, "libseccomp could not make the filter"};
  const Descriptor file(::memfd_create("filter", MFD_CLOEXEC));
  if (!is_fine_ || context_ == nullptr || !file ||
      library_.export_bpf(context_.get(), file.get()) != 0)
    return failed;
  const auto size = ::lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (program.empty() ||
      ::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size)
    return failed;
  return program;
}

}  // namespace

Result<SyscallFilter> SyscallFilter::make(bool network) {
  Library library;
  if (!Library::load(library))
    return Error{ErrorClass::config, "libseccomp.so.2 is not there (apt-get install libseccomp2)"};
  Builder filter(library);
  filter.allow_all(kAllowed);
  if (kSanitized) filter.allow_all(kSanitizers);

  // Threads, but no processes. clone3's flags cannot be seen; without it glibc takes clone.
  filter.allow("clone", {has_bits(0, CLONE_VM | CLONE_THREAD)});
  filter.refuse("clone3", ENOSYS);
  // Signals to itself: raise and abort.
  filter.allow("tgkill", {equals(0, kOwnProcess)});
  filter.allow("kill", {equals(0, kOwnProcess)});
  // Limits are looked at, never set; a name for a thread; is this a terminal, how much is to read.
  filter.allow("prlimit64", {equals(0, 0), equals(2, 0)});
  for (const auto option : {PR_SET_NAME, PR_GET_NAME}) filter.allow("prctl", {equals(0, option)});
  for (const auto request : {TCGETS, FIONREAD, FIONBIO, FIOCLEX})
    filter.allow("ioctl", {equals(1, request)});
  filter.allow("socketpair", {equals(0, AF_UNIX)});
  if (network) {
    for (const auto family : {AF_INET, AF_INET6})
      for (const int type : {SOCK_STREAM, SOCK_DGRAM})
        filter.allow("socket", {equals(0, family), has_type(1, type)});
    filter.allow_all(kNetwork);
  }
  auto program = filter.finish();
  if (!program) return program.error();
  return SyscallFilter(*std::move(program));
}

bool SyscallFilter::install() const {
  auto program = program_;
  const auto own = static_cast<std::uint32_t>(::getpid());
  for (auto& step : program)
    if (step.k == kOwnProcess) step.k = own;
  sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) == 0;
}

}  // namespace conserje
