#include "plugin/worker/sandbox.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "plugin/descriptor.hpp"
#include "plugin/worker/frames.hpp"
#include "plugin/worker/sanitized.hpp"
#include "plugin/worker/syscall_filter.hpp"

namespace conserje {
namespace {

std::string why() { return std::generic_category().message(errno); }

Restriction held(std::string detail) { return {.in_force = true, .detail = std::move(detail)}; }
Restriction not_held(std::string detail) { return {.detail = std::move(detail)}; }

// ---- Landlock ----------------------------------------------------------------------------------
// Source: the kernel's Documentation/userspace-api/landlock.rst. Debian 12's headers know version 2
// of it; the running kernel may know more, so the numbers stand here.

struct LandlockRuleset {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};
struct __attribute__((packed)) LandlockPath {
  std::uint64_t allowed;
  std::int32_t parent;
};
constexpr int kLandlockPathRule = 1;
constexpr unsigned kLandlockVersion = 1;
constexpr std::uint64_t kExecute = 1;
constexpr std::uint64_t kReadFile = 4;
constexpr std::uint64_t kReadFolder = 8;
/// All that a version can deny: opening, making, removing, moving; later truncating and devices.
constexpr std::uint64_t kFilesOf[] = {0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
constexpr std::uint64_t kBindAndConnect = 3;  // TCP, from version 4.
constexpr std::uint64_t kBind = 1;
constexpr std::uint64_t kSocketsAndSignals = 3;  // Of others, from version 6.

/// Folders of libraries, and what loading them needs.
constexpr const char* kLibraries[] = {"/lib",     "/lib32",     "/lib64",
                                      "/usr/lib", "/usr/lib64", "/usr/local/lib"};
constexpr const char* kReadable[] = {"/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
                                     "/dev/null", "/dev/urandom"};
/// For a network client of one's own: names and certificates.
constexpr const char* kNetworkFiles[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",        "/etc/host.conf",
    "/etc/gai.conf",    "/etc/ssl",   "/usr/share/ca-certificates"};

std::uint32_t landlock_version() {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kLandlockVersion);
  return version < 0 ? 0 : static_cast<std::uint32_t>(version);
}

void permit(int ruleset, int file, std::uint64_t allowed) {
  const LandlockPath rule{allowed, file};
  (void)::syscall(SYS_landlock_add_rule, ruleset, kLandlockPathRule, &rule, 0);
}

/// What is not there needs no permission.
template <class Paths>
void permit_all(int ruleset, const Paths& paths, std::uint64_t allowed) {
  for (const char* path : paths) {
    const Descriptor file(::open(path, O_PATH | O_CLOEXEC));
    if (!file) continue;
    permit(ruleset, file.get(), allowed);                 // Of a folder.
    permit(ruleset, file.get(), allowed & ~kReadFolder);  // Of a file.
  }
}

Restriction describe_landlock(std::uint32_t version) {
  if (version == 0) return not_held("this kernel has no Landlock");
  return held("Landlock " + std::to_string(version) + ": libraries can be read, nothing else");
}

Restriction restrict_files(const Confinement& confinement, int image) {
  const auto version = std::min(landlock_version(), confinement.landlock_abi);
  if (version == 0) return describe_landlock(0);
  LandlockRuleset rules{};
  rules.files = kFilesOf[std::min<std::size_t>(version, std::size(kFilesOf)) - 1];
  if (version >= 4) rules.network = confinement.network ? kBind : kBindAndConnect;
  if (version >= 6) rules.scoped = kSocketsAndSignals;
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const Descriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, size, 0)));
  if (!ruleset) return not_held("Landlock: " + why());
  permit_all(ruleset.get(), kLibraries, kReadFile | kReadFolder | kExecute);
  permit_all(ruleset.get(), kReadable, kReadFile | kReadFolder);
  if (confinement.network) permit_all(ruleset.get(), kNetworkFiles, kReadFile | kReadFolder);
  permit(ruleset.get(), image, kReadFile | kExecute);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return not_held("Landlock: " + why());
  return describe_landlock(version);
}

// ---- The rest ----------------------------------------------------------------------------------

Restriction tie_to_parent(int launcher) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return not_held(why());
  if (::getppid() != launcher) ::_exit(0);  // It ended before we asked to be told.
  return held("ends with the host");
}

bool set_limit(__rlimit_resource resource, rlim_t limit) {
  const rlimit both{limit, limit};
  return ::setrlimit(resource, &both) == 0;
}

/// Bytes of address space that this process takes now. Source: proc(5), statm.
std::uint64_t address_space() {
  unsigned long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const bool is_read = std::fscanf(file, "%lu", &pages) == 1;
  std::fclose(file);
  return is_read ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

Restriction set_limits(const Confinement& confinement) {
  constexpr rlim_t kFiles = 128;
  constexpr std::uint64_t kStack = 9ULL * 1024 * 1024;  // With its guard.
  if (!set_limit(RLIMIT_CORE, 0) || !set_limit(RLIMIT_FSIZE, 0) ||
      !set_limit(RLIMIT_NOFILE, kFiles))
    return not_held(why());
  if (kSanitized) return not_held("memory: no limit under a sanitizer");
  const auto now = address_space();
  if (now == 0) return not_held("memory: /proc is not there");
  if (!set_limit(RLIMIT_AS, now + confinement.memory_bytes + confinement.threads * kStack))
    return not_held("memory: " + why());
  return held(megabytes(confinement.memory_bytes) + " of memory, no file is written");
}

Restriction drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2]{};
  if (::syscall(SYS_capset, &header, none) != 0) return not_held(why());
  return held("none");
}

Restriction forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return not_held(why());
  return held("for good");
}

std::string describe_filter(bool network) {
  return network ? "those that are known to be needed, and a network client's"
                 : "those that are known to be needed; no network, no process";
}

}  // namespace

bool Enforced::complete() const {
  return !items.empty() && std::ranges::all_of(items, &Restriction::in_force);
}

std::string Enforced::missing() const {
  constexpr std::string_view kOff = "sandbox: off";
  std::string text;
  for (const auto& item : items)
    if (item.detail == kOff)
      return std::string(kOff);
    else if (!item.in_force)
      text += (text.empty() ? "" : "; ") + item.name + ": " + item.detail;
  return text;
}

std::string encode(const Enforced& enforced) {
  BodyWriter out;
  for (const auto& item : enforced.items)
    out.text(item.name).number(static_cast<std::uint8_t>(item.in_force)).text(item.detail);
  return out.take();
}

Enforced decode_enforced(std::string_view body) {
  constexpr std::size_t kDetailLimit = 200;
  BodyReader in(body);
  Enforced enforced;
  for (const auto name : kRestrictions) {
    const bool is_it = in.text() == name;
    const bool in_force = in.number<std::uint8_t>() != 0;
    const auto detail = in.text();
    const bool holds = is_it && in_force && in.ok();
    enforced.items.push_back({std::string(name), holds,
                              in.ok() ? std::string(detail.substr(0, kDetailLimit))
                                      : std::string("the worker does not say")});
  }
  return enforced;
}

Enforced confine(const Confinement& confinement, int image, int launcher,
                 const Result<SyscallFilter>& filter) {
  Enforced enforced;
  const auto add = [&](Restriction restriction) {
    restriction.name = kRestrictions[enforced.items.size()];
    enforced.items.push_back(std::move(restriction));
  };
  add(tie_to_parent(launcher));
  if (!confinement.wanted) {
    while (enforced.items.size() < std::size(kRestrictions)) add(not_held("sandbox: off"));
    return enforced;
  }
  add(set_limits(confinement));
  add(drop_capabilities());
  add(forbid_new_privileges());
  add(restrict_files(confinement, image));
  if (!filter) {
    add(not_held(filter.error().message));
  } else if (!filter->install()) {
    add(not_held("seccomp: " + why()));
  } else {
    add(held(describe_filter(confinement.network)));
  }
  return enforced;
}

}  // namespace conserje
