#include "plugin/worker/worker_main.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "plugin/worker/serve.hpp"
#include "plugin/worker/syscall_filter.hpp"

namespace conserje {
namespace {

void tell(int socket, WorkerNews::What what, int number, const std::vector<int>& descriptors = {}) {
  const WorkerNews news{what, number};
  // A host that is not there any more needs no news.
  (void)send_with(socket, {reinterpret_cast<const char*>(&news), sizeof news}, descriptors);
}

/// Takes apart what came with a request; nullopt: not as many as it needs.
std::optional<std::pair<Descriptor, WorkerDescriptors>> sorted(std::vector<Descriptor> all,
                                                               std::uint32_t calls) {
  if (all.size() != 4 + kBackgroundLanes + calls) return {};
  WorkerDescriptors worker;
  worker.image = std::move(all[1]);
  worker.output = std::move(all[2]);
  worker.control = std::move(all[3]);
  for (std::size_t i = 4; i < all.size(); ++i)
    (i < 4 + kBackgroundLanes ? worker.background : worker.calls).push_back(std::move(all[i]));
  return std::pair(std::move(all[0]), std::move(worker));
}

/// Moves what a worker may have to the lowest numbers, and closes the rest: the launcher's socket,
/// the news of other workers.
void keep_only(WorkerDescriptors& worker) {
  std::vector<Descriptor*> kept{&worker.image, &worker.control};
  for (auto& lane : worker.background) kept.push_back(&lane);
  for (auto& lane : worker.calls) kept.push_back(&lane);
  ::dup2(worker.output.get(), STDOUT_FILENO);
  ::dup2(worker.output.get(), STDERR_FILENO);
  constexpr int kFirst = 3;
  const int beyond = kFirst + static_cast<int>(kept.size());
  for (auto* descriptor : kept) {  // First out of the way, because the ranges may overlap.
    const int moved = ::fcntl(descriptor->get(), F_DUPFD_CLOEXEC, beyond);
    (void)descriptor->leave();
    *descriptor = Descriptor(moved);
  }
  int next = kFirst;
  for (auto* descriptor : kept) {
    ::dup3(descriptor->get(), next, O_CLOEXEC);
    (void)descriptor->leave();
    *descriptor = Descriptor(next++);
  }
  (void)worker.output.leave();
  ::syscall(SYS_close_range, static_cast<unsigned>(next), UINT_MAX, 0);
}

/// One heap for all threads: each further one reserves 64 MB, which a limit of address space
/// counts. A few megabytes of it are kept when they are free: a large payload whose pages come
/// anew with each call costs a third more.
void settle_memory() {
  constexpr int kKept = 4 * 1024 * 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kKept);
  ::mallopt(M_TRIM_THRESHOLD, kKept);
}

/// The process that makes workers.
class Zygote {
 public:
  int run();

 private:
  bool serve_host();
  void spawn(const SpawnRequest& request, Descriptor news, WorkerDescriptors worker);
  [[noreturn]] void become_worker(const SpawnRequest& request, WorkerDescriptors worker,
                                  pid_t launcher);
  const Result<SyscallFilter>& filter(bool network);
  void reap();

  sigset_t before_{};
  std::map<pid_t, Descriptor> news_{};
  std::map<bool, Result<SyscallFilter>> filters_{};  // By whether the network is allowed.
};

int Zygote::run() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, &before_);
  const Descriptor signals(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return 1;
  for (;;) {
    pollfd waiting[] = {{kLauncherSocket, POLLIN, 0}, {signals.get(), POLLIN, 0}};
    if (::poll(waiting, std::size(waiting), -1) < 0 && errno != EINTR) return 1;
    signalfd_siginfo ignored;
    while (::read(signals.get(), &ignored, sizeof ignored) > 0) continue;
    reap();
    if (waiting[0].revents != 0 && !serve_host()) return 0;
  }
}

/// False: the host has ended.
bool Zygote::serve_host() {
  auto parcel = receive_with(kLauncherSocket);
  if (!parcel) return false;
  const auto request = decode_spawn(parcel->bytes);
  if (!request) return true;
  auto taken = sorted(std::move(parcel->descriptors), request->call_lanes);
  if (taken) spawn(*request, std::move(taken->first), std::move(taken->second));
  return true;
}

void Zygote::spawn(const SpawnRequest& request, Descriptor news, WorkerDescriptors worker) {
  (void)filter(request.confinement.network);  // Made here, so that each worker finds it.
  const auto launcher = ::getpid();
  const auto pid = ::fork();
  if (pid == 0) become_worker(request, std::move(worker), launcher);
  if (pid < 0) return tell(news.get(), WorkerNews::What::not_started, errno);
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) {
    ::kill(pid, SIGKILL);
    return tell(news.get(), WorkerNews::What::not_started, errno);
  }
  tell(news.get(), WorkerNews::What::started, pid, {process.get()});
  news_.emplace(pid, std::move(news));
}

void Zygote::become_worker(const SpawnRequest& request, WorkerDescriptors worker, pid_t launcher) {
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  const auto& made = filter(request.confinement.network);
  for (auto& [pid, news] : news_) (void)news.leave();  // keep_only() closes them.
  keep_only(worker);
  ::prctl(PR_SET_NAME, request.name.c_str());
  settle_memory();
  const auto enforced = confine(request.confinement, worker.image.get(), launcher, made);
  serve_plugin(request, std::move(worker), enforced);
}

const Result<SyscallFilter>& Zygote::filter(bool network) {
  auto found = filters_.find(network);
  if (found == filters_.end())
    found = filters_.emplace(network, SyscallFilter::make(network)).first;
  return found->second;
}

void Zygote::reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto ended = news_.find(pid);
    if (ended == news_.end()) continue;
    tell(ended->second.get(), WorkerNews::What::ended, status);
    news_.erase(ended);
  }
}

}  // namespace

int worker_main() {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(kLauncherSocket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
      type != SOCK_SEQPACKET) {
    std::fputs("conserje worker: this command is for the host, which starts it itself\n", stderr);
    return 2;
  }
  ::syscall(SYS_close_range, static_cast<unsigned>(kLauncherSocket) + 1, UINT_MAX, 0);
  ::fcntl(kLauncherSocket, F_SETFD, FD_CLOEXEC);
  ::setsid();  // A Ctrl-C in the host's terminal is for the host,
  for (const int request : {SIGTERM, SIGINT, SIGHUP}) std::signal(request, SIG_IGN);  // and so is
  // a service manager's wish to end: the host still drains its plugins.
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);
  return Zygote().run();
}

}  // namespace conserje
