#include "plugin/worker/launcher.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include "plugin/worker/lane.hpp"

namespace conserje {
namespace {

/// Of the host's environment: language, time zone, the loader, sanitizers. Secrets often stand in
/// the rest.
constexpr std::string_view kPassed[] = {
    "LANG=",          "LC_",           "TZ=",          "LD_LIBRARY_PATH=", "ASAN_OPTIONS=",
    "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};

std::vector<char*> passed_environment() {
  std::vector<char*> passed;
  for (char** entry = environ; *entry != nullptr; ++entry)
    for (const auto prefix : kPassed)
      if (std::string_view(*entry).starts_with(prefix)) passed.push_back(*entry);
  passed.push_back(nullptr);
  return passed;
}

Error no_launcher(int error) {
  return {ErrorClass::retry,
          "the launcher of workers does not start: " + std::generic_category().message(error)};
}

}  // namespace

Launcher::Launcher(std::filesystem::path executable) : executable_(std::move(executable)) {}

Launcher::~Launcher() {
  const std::lock_guard lock(mutex_);
  end();
}

Status Launcher::spawn(const SpawnRequest& request, const Descriptor& news,
                       const WorkerDescriptors& worker) {
  std::vector<int> all{news.get(), worker.image.get(), worker.output.get(), worker.control.get()};
  for (const auto& lane : worker.background) all.push_back(lane.get());
  for (const auto& lane : worker.calls) all.push_back(lane.get());
  const std::lock_guard lock(mutex_);
  constexpr int kTries = 2;  // The first may find a launcher that has ended.
  for (int i = 0; i < kTries; ++i) {
    if (const auto started = start(); !started) return started;
    if (send_with(socket_.get(), encode(request), all)) return Done{};
    end();
  }
  return Error{ErrorClass::retry, "the launcher of workers takes no request"};
}

Status Launcher::start() {
  if (process_ > 0) return Done{};
  auto ends = Lane::make();
  if (!ends) return ends.error();
  auto& [ours, theirs] = *ends;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), kLauncherSocket);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string name = "conserje";
  std::string command = "worker";
  std::array<char*, 3> arguments{name.data(), command.data(), nullptr};
  auto environment = passed_environment();
  const int error = ::posix_spawn(&process_, executable_.c_str(), &actions, &attributes,
                                  arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    process_ = -1;
    return no_launcher(error);
  }
  socket_ = std::move(ours);
  return Done{};
}

/// Its socket's end is the sign; its workers end with it.
void Launcher::end() {
  socket_.close();
  if (process_ > 0)
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
  process_ = -1;
}

}  // namespace conserje
