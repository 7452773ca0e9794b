#include "plugin/worker/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "plugin/worker/supervision.hpp"

namespace conserje {
namespace {

Error not_started(const std::string& why) {
  return {ErrorClass::retry, "its worker does not start: " + why};
}

/// One end here, one to pass.
Result<Descriptor> lane_to(Descriptor& passed) {
  auto ends = Lane::make();
  if (!ends) return ends.error();
  passed = std::move(ends->second);
  return std::move(ends->first);
}

std::optional<WorkerNews> to_news(const Parcel& parcel) {
  if (parcel.bytes.size() != sizeof(WorkerNews)) return {};
  WorkerNews news;
  std::memcpy(&news, parcel.bytes.data(), sizeof news);
  return news;
}

/// The first news: it runs, and this is its pidfd.
Result<std::pair<pid_t, Descriptor>> wait_started(int news, RealTime until) {
  pollfd waiting{news, POLLIN, 0};
  const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now());
  if (::poll(&waiting, 1, static_cast<int>(std::max<Millis::rep>(left.count(), 0))) != 1)
    return not_started("the launcher does not answer");
  auto parcel = receive_with(news);
  const auto said = parcel ? to_news(*parcel) : std::nullopt;
  if (!said) return not_started("the launcher has ended");
  if (said->what != WorkerNews::What::started || parcel->descriptors.size() != 1)
    return not_started(std::generic_category().message(said->number));
  return std::pair(said->number, std::move(parcel->descriptors.front()));
}

}  // namespace

WorkerProcess::WorkerProcess(std::uint64_t generation, Descriptor control, Descriptor output,
                             Descriptor news)
    : generation_(generation),
      control_(std::move(control)),
      output_(std::move(output)),
      news_(std::move(news)) {}

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::start(std::uint64_t generation,
                                                            Launcher& launcher,
                                                            const SpawnRequest& request,
                                                            const SealedImage& image,
                                                            RealTime until) {
  WorkerDescriptors passed;
  passed.image = Descriptor(::fcntl(image.descriptor(), F_DUPFD_CLOEXEC, 0));
  int pipe_ends[2];
  if (!passed.image || ::pipe2(pipe_ends, O_CLOEXEC) != 0)
    return not_started(std::generic_category().message(errno));
  Descriptor output(pipe_ends[0]);
  passed.output = Descriptor(pipe_ends[1]);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  Descriptor news_end;
  auto news = lane_to(news_end);
  auto control = lane_to(passed.control);
  if (!news || !control) return not_started("no descriptors are left");

  std::shared_ptr<WorkerProcess> worker(
      new WorkerProcess(generation, *std::move(control), std::move(output), *std::move(news)));
  for (unsigned i = 0; i < kBackgroundLanes + request.call_lanes; ++i) {
    auto& ends = i < kBackgroundLanes ? passed.background : passed.calls;
    auto lane = lane_to(ends.emplace_back());
    if (!lane) return lane.error();
    if (i < kBackgroundLanes) {
      worker->background_.emplace_back(*std::move(lane));
    } else {
      worker->calls_.emplace_back(*std::move(lane));
    }
  }
  if (const auto asked = launcher.spawn(request, news_end, passed); !asked) return asked.error();
  passed = {};  // The worker's ends: so that its end shows.
  news_end.close();

  auto started = wait_started(worker->news(), until);
  if (!started) return started.error();
  worker->id_ = started->first;
  worker->process_ = std::move(started->second);
  Frame hello;
  const auto said = worker->control_.receive(hello, until);
  if (said != Lane::Outcome::ok || hello.kind != FrameKind::hello) {
    worker->kill();
    return not_started(said == Lane::Outcome::timeout ? "it does not say hello in time"
                                                      : "it ended before its hello");
  }
  worker->enforced_ = decode_enforced(hello.body);
  return worker;
}

void WorkerProcess::kill() {
  if (process_ && !has_ended() && !was_killed_.exchange(true))
    (void)::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
}

void WorkerProcess::read_news() {
  const auto parcel = receive_with(news_.get());
  const auto news = parcel ? to_news(*parcel) : std::nullopt;
  const std::lock_guard lock(mutex_);
  has_ended_ = true;  // Without a word the launcher itself has ended, and its workers with it.
  if (news && news->what == WorkerNews::What::ended) status_ = news->number;
  ended_.notify_all();
}

bool WorkerProcess::has_ended() const {
  const std::lock_guard lock(mutex_);
  return has_ended_;
}

std::optional<int> WorkerProcess::wait_status(RealTime until) const {
  std::unique_lock lock(mutex_);
  ended_.wait_until(lock, until, [&] { return has_ended_; });
  return status_;
}

}  // namespace conserje
