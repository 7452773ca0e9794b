// What comes unasked from a worker: its end, its output, calls of the plugin's own threads, calls
// that were given up. The rest of WorkerInstance is in instance.cpp.

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <utility>

#include "conserje/json.hpp"
#include "conserje/wire.hpp"
#include "plugin/refusal.hpp"
#include "plugin/result_flaw.hpp"
#include "plugin/worker/instance.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr Millis kComeUp{30'000};   // For a worker to say hello, on a machine that is busy.
constexpr Millis kHealth{1'000};    // For a plugin to say how it is.
constexpr unsigned kEventBits = 8;  // Above them stands the worker's generation.
constexpr std::size_t kMostOutput = 64 * 1024;  // Bytes of a dead worker that are still read.

RealTime now() { return std::chrono::steady_clock::now(); }

/// What a plugin says of itself, with what is not in force against it. What is not of the right
/// shape stays as it is: whoever asked judges that.
std::string with_missing(std::string said, const Enforced& enforced) {
  if (enforced.complete()) return said;
  auto json = parse_json(said.empty() ? R"({"state":"ok"})" : std::string_view(said));
  if (!json || !json->is_object()) return said;
  auto& detail = (*json)["detail"];
  const auto before = detail.is_string() ? detail.get<std::string>() : std::string();
  detail = before + (before.empty() ? "" : "; ") + "not confined by " + enforced.missing();
  return json->dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

// ---- A worker comes up

/// Makes a worker, creates the instance in it and starts it, when it was started before.
void WorkerInstance::bring_up(const cj_call& call, cj_result& result) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = ++generation_;
  }
  auto started = WorkerProcess::start(generation, *parts_.launcher, spawn_request_, *parts_.image,
                                      now() + kComeUp);
  if (!started) return fill(&result, started.error());
  const Process process = *std::move(started);
  bool is_started = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::ended) return fill(&result, Error{ErrorClass::cancelled, "it ends"});
    process_ = process;
    is_started = is_started_;
    attend(*process);
  }
  check_sandbox(process->enforced(), result);
  if (result.status != CJ_OK) return process->kill();

  const auto until = real_time(call.deadline_ns) + kComeUp;
  BodyWriter creation;
  creation.number(host_calls_.offered());
  put(creation, call);
  creation.text(config_);
  auto outcome = converse(*process, FrameKind::create, creation.take(), call, until, result);
  if (outcome == Lane::Outcome::ok && result.status == CJ_OK && is_started) {
    BodyWriter start;
    put(start, call);
    outcome = converse(*process, FrameKind::start, start.take(), call, until, result);
  }
  if (outcome != Lane::Outcome::ok) {
    process->kill();
    release_all(result);
    result = empty_result();
    const auto status = process->wait_status(now() + kHealth);
    return fill(&result, Error{ErrorClass::bug, outcome == Lane::Outcome::timeout
                                                    ? std::string("it does not come up in time")
                                                    : "its worker ended while it was made: " +
                                                          how_it_ended(status)});
  }
  if (result.status != CJ_OK) return process->kill();
  const std::lock_guard lock(mutex_);
  if (state_ != State::starting || process->has_ended()) {
    return fill(&result, Error{ErrorClass::retry, "its worker ended at once"});
  }
  state_ = State::running;
  up_generation_ = generation;
  changed_.notify_all();
}

/// `sandbox: required` takes nothing less than all of it.
void WorkerInstance::check_sandbox(const Enforced& enforced, cj_result& result) const {
  if (enforced.complete()) return;
  parts_.log.warn("plugin's worker is not confined by all that there is",
                  {{"missing", enforced.missing()}});
  if (parts_.use.sandbox == Sandbox::required)
    fill(&result,
         refusal("its worker cannot be confined as `sandbox: required` asks: " + enforced.missing(),
                 "all of it in force on this machine", kOperator,
                 "run a kernel from 5.13 on with Landlock and seccomp (Debian 12 has "
                 "both), or accept less: sandbox: available"));
}

void WorkerInstance::attend(WorkerProcess& process) {
  const auto generation = process.generation();
  listen(process.news(), kNews, generation);
  listen(process.output(), kOutput, generation);
  for (std::size_t i = 0; i < process.background().size(); ++i)
    listen(process.background()[i].descriptor(), kFirstBackgroundLane + i, generation);
}

/// For one event; then it is listened to anew.
void WorkerInstance::listen(int descriptor, std::uint64_t event, std::uint64_t generation) {
  epoll_event wanted{.events = EPOLLIN | EPOLLONESHOT,
                     .data = {.u64 = generation << kEventBits | event}};
  if (::epoll_ctl(events_.get(), EPOLL_CTL_MOD, descriptor, &wanted) != 0)
    (void)::epoll_ctl(events_.get(), EPOLL_CTL_ADD, descriptor, &wanted);
}

// ---- The watcher

void WorkerInstance::wake() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

void WorkerInstance::watch() {
  listen(wake_.get(), kWoken, 0);
  for (;;) {
    RealTime until;
    {
      const std::lock_guard lock(mutex_);
      const bool is_over = process_ == nullptr || process_->has_ended() || now() >= give_up_at_;
      if (state_ == State::ended && is_over) return;
      until = next_deed();
    }
    const auto left = std::chrono::ceil<Millis>(
        std::clamp<RealTime::duration>(until - now(), 0ns, std::chrono::hours(1)));
    std::array<epoll_event, 16> events{};
    const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(left.count()));
    for (int i = 0; i < count; ++i) take_event(events[static_cast<std::size_t>(i)].data.u64);
    kill_overdue();
    restart_when_due();
  }
}

/// The next moment at which something is to be done without an event.
RealTime WorkerInstance::next_deed() const {
  auto next = RealTime::max();
  if (state_ == State::down || state_ == State::quarantined) next = restart_at_;
  if (state_ == State::ended) next = give_up_at_;
  for (const auto& call : abandoned_) next = std::min(next, call.kill_at);
  return next;
}

/// `what`: as listen() has written it.
void WorkerInstance::take_event(std::uint64_t what) {
  const auto event = what & ((1U << kEventBits) - 1);
  if (event == kWoken) return woken();
  Process process;
  {
    const std::lock_guard lock(mutex_);
    if (what >> kEventBits != generation_ || process_ == nullptr) return;  // Of a worker before.
    process = process_;
  }
  if (event == kNews) {
    end_of_worker(process);
  } else if (event == kOutput) {
    read_output(*process, false);
  } else {
    helpers_.post([this, process, event] { serve_stray(process, event); });
  }
}

void WorkerInstance::woken() {
  std::uint64_t count = 0;
  (void)!::read(wake_.get(), &count, sizeof count);
  listen(wake_.get(), kWoken, 0);
  std::optional<std::string> failed;
  bool is_asked = false;
  {
    const std::lock_guard lock(mutex_);
    failed = std::exchange(repair_failed_, std::nullopt);
    is_asked = std::exchange(is_health_asked_, false);
  }
  if (failed) after_death(*failed);
  if (is_asked) helpers_.post([this] { refresh_health(); });
}

// ---- The end of a worker

void WorkerInstance::end_of_worker(const Process& process) {
  process->read_news();
  read_output(*process, true);
  const auto how = how_it_ended(process->wait_status(RealTime::min()));
  bool was_up = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(abandoned_, [&](const Abandoned& call) { return call.claim.process == process; });
    if (state_ == State::ended) return;
    was_up = process->generation() == up_generation_;
  }
  if (was_up || !process->was_killed()) report_crash(*process, how);
  if (was_up) after_death(how);  // Otherwise whoever makes it finds out.
}

void WorkerInstance::report_crash(WorkerProcess& process, const std::string& how) const {
  std::uint32_t method = 0;
  std::uint64_t call_id = 0;
  for (auto& lane : process.calls()) {
    if (lane.call_id <= call_id) continue;
    call_id = lane.call_id;
    method = lane.method;
  }
  parts_.log.error("plugin's worker ended", {{"how", how},
                                             {"build_id", build_id_},
                                             {"last_method", std::to_string(method >> 16U) + "." +
                                                                 std::to_string(method & 0xffffU)},
                                             {"last_call_id", call_id},
                                             {"worker", process.id()}});
}

/// Decides when the next worker is made.
void WorkerInstance::after_death(const std::string& how) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::ended) return;
  last_end_ = how;
  const auto verdict = supervision_.died(now());
  restart_at_ = now() + verdict.wait;
  if (verdict.quarantine && state_ != State::quarantined)
    parts_.log.error("plugin is in quarantine: its workers die again and again",
                     {{"next_try_ms", verdict.wait.count()}});
  state_ = verdict.quarantine ? State::quarantined : State::down;
  changed_.notify_all();
}

void WorkerInstance::restart_when_due() {
  {
    const std::lock_guard lock(mutex_);
    const bool is_waiting = state_ == State::down || state_ == State::quarantined;
    if (!is_waiting || now() < restart_at_ || !is_created_) return;
    state_ = State::starting;
  }
  if (repair_.joinable()) repair_.join();  // The last one; it has ended.
  repair_ = std::jthread([this] { repair(); });
}

/// On a thread of its own, because the watcher serves the new worker meanwhile.
void WorkerInstance::repair() {
  auto result = empty_result();
  cj_call call{};
  call.size = sizeof call;
  call.deadline_ns = static_cast<std::uint64_t>(
      std::chrono::nanoseconds((parts_.clock->monotonic() + parts_.use.deadline).time_since_epoch())
          .count());
  call.call_id = 1;
  bring_up(call, result);
  const bool is_up = result.status == CJ_OK;
  const std::string why(view(result.message));
  release_all(result);
  if (is_up) {
    parts_.log.info("plugin's worker is running again");
    return refresh_health();
  }
  const std::lock_guard lock(mutex_);
  repair_failed_ = why;
  wake();
}

// ---- What a worker says

void WorkerInstance::read_output(WorkerProcess& process, bool is_last) {
  std::array<char, 4096> bytes;
  for (std::size_t total = 0; total < kMostOutput;) {
    const auto size = ::read(process.output(), bytes.data(), bytes.size());
    if (size <= 0) {
      is_last = is_last || size == 0;
      break;
    }
    total += static_cast<std::size_t>(size);
    log_lines(output_.add({bytes.data(), static_cast<std::size_t>(size)}, now()));
    if (!is_last) break;  // Others have their turn, too.
  }
  if (is_last) {
    log_lines(output_.finish(now()));
  } else {
    listen(process.output(), kOutput, process.generation());
  }
  if (const auto count = output_.left_out(); count > 0)
    parts_.log.warn("plugin writes too much; lines are left out", {{"lines", count}});
}

void WorkerInstance::log_lines(const std::vector<std::string>& lines) {
  for (const auto& line : lines) parts_.log.info("plugin wrote", {{"line", line}});
}

/// A call of the plugin's own threads, or something of a call that was given up. [helper thread]
void WorkerInstance::serve_stray(const Process& process, std::uint64_t event) {
  const bool is_abandoned = event >= kFirstCallLane;
  const auto index = event - (is_abandoned ? kFirstCallLane : kFirstBackgroundLane);
  auto& lane = is_abandoned ? process->calls()[index].lane : process->background()[index];
  Frame frame;
  auto outcome = lane.receive(frame, now() + kHealth);
  if (outcome == Lane::Outcome::closed) return;  // Its end is told on another way.
  if (outcome == Lane::Outcome::ok && is_abandoned && frame.kind == FrameKind::result)
    return end_abandoned(process, index);
  // A call that was given up gets no time any more.
  if (outcome == Lane::Outcome::ok) outcome = serve(lane, frame, is_abandoned ? 1 : 0, now());
  if (outcome != Lane::Outcome::ok) return process->kill();
  listen(lane.descriptor(), event, process->generation());
}

/// A call that was given up has come to its end after all.
void WorkerInstance::end_abandoned(const Process& process, std::size_t lane) {
  const std::lock_guard lock(mutex_);
  std::erase_if(abandoned_, [&](const Abandoned& call) {
    return call.claim.process == process && call.claim.lane == lane;
  });
  (void)::epoll_ctl(events_.get(), EPOLL_CTL_DEL, process->calls()[lane].lane.descriptor(),
                    nullptr);
  process->calls()[lane].is_busy = false;
  changed_.notify_all();
}

void WorkerInstance::kill_overdue() {
  const std::lock_guard lock(mutex_);
  const auto due = std::ranges::find_if(
      abandoned_, [&](const Abandoned& call) { return call.kill_at <= now(); });
  if (due == abandoned_.end()) return;
  parts_.log.warn("plugin's worker is killed: a call does not end",
                  {{"call_id", due->claim.call().call_id.load()}});
  due->claim.process->kill();
  due->kill_at = RealTime::max();
}

/// Asks the plugin how it is, for health() to tell.
void WorkerInstance::refresh_health() {
  const std::lock_guard control(control_);
  Process process;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::running) return;
    process = process_;
  }
  auto result = empty_result();
  cj_call call{};
  call.size = sizeof call;
  BodyWriter out;
  put(out, call);
  const auto outcome =
      converse(*process, FrameKind::health, out.take(), call, now() + kHealth, result);
  std::string said(view(result.head));
  if (outcome != Lane::Outcome::ok) {
    process->kill();
    said = R"({"state":"down","detail":"it does not say how it is"})";
  } else if (result.status != CJ_OK) {
    said = Json{{"state", "down"}, {"detail", view(result.message)}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
  }
  said = with_missing(std::move(said), process->enforced());
  release_all(result);
  const std::lock_guard lock(mutex_);
  health_ = std::move(said);
}

}  // namespace conserje
