#include "plugin/worker/instance.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "conserje/json.hpp"
#include "conserje/wire.hpp"
#include "plugin/metric_names.hpp"
#include "plugin/result_flaw.hpp"
#include "plugin/worker/build_id.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLastWord{5};   // After a call's deadline, for an answer that is under way.
constexpr Millis kGrace{1'000};  // For a call that was given up; then its worker is killed.
constexpr Millis kNaming{200};   // To learn how a worker has ended.

/// What stands behind `self`.
WorkerInstance& of(void* self) { return *static_cast<WorkerInstance*>(self); }

unsigned lanes_of(const WorkerParts& parts) {
  return std::clamp(std::min(parts.use.max_in_flight, parts.manifest.parallel), 1U, kMostCallLanes);
}

SpawnRequest spawn_request(const WorkerParts& parts) {
  const auto lanes = lanes_of(parts);
  return {.name = parts.use.name,
          .file = parts.image->file().filename().string(),
          .confinement = {.wanted = parts.use.sandbox != Sandbox::off,
                          .network = parts.manifest.permissions.raw_network,
                          .memory_bytes = std::uint64_t{parts.use.memory_limit_mb} << 20,
                          .threads = lanes + 1,
                          .landlock_abi = parts.landlock_abi},
          .call_lanes = lanes};
}

}  // namespace

// ---- Life

WorkerInstance::WorkerInstance(const WorkerParts& parts, const cj_host& host, std::string config)
    : parts_(parts),
      config_(std::move(config)),
      build_id_(build_id(parts.image->bytes())),
      host_calls_(host),
      spawn_request_(spawn_request(parts)),
      table_{.size = sizeof(cj_instance),
             .self = this,
             .start = [](void* self, const cj_call* call,
                         cj_result* result) { of(self).start(*call, *result); },
             .invoke = [](void* self, const cj_call* call, const cj_request* request,
                          cj_result* result) { of(self).invoke(*call, *request, *result); },
             .cancel = [](void* self, std::uint64_t id) { of(self).cancel(id); },
             .drain = [](void* self, const cj_call* call,
                         cj_result* result) { of(self).drain(*call, *result); },
             .health = [](void* self, cj_result* result) { of(self).health(*result); },
             .get_extension = nullptr,
             .destroy = [](void* self) { delete &of(self); }},
      events_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      supervision_(parts.use.restart),
      helpers_(kBackgroundLanes) {}

void WorkerInstance::create(const cj_call& call, cj_result& result) {
  if (!events_ || !wake_)
    return fill(&result, Error{ErrorClass::retry, "no descriptors are left for a worker"});
  watcher_ = std::jthread([this] { watch(); });
  bring_up(call, result);
  const std::lock_guard lock(mutex_);
  is_created_ = result.status == CJ_OK;
}

WorkerInstance::~WorkerInstance() {
  Process last;
  {
    const std::lock_guard lock(mutex_);
    last = process_;
    if (state_ != State::running) last = nullptr;
  }
  if (last != nullptr) {
    auto result = empty_result();
    cj_call call{};
    call.size = sizeof call;
    const std::lock_guard control(control_);
    (void)converse(*last, FrameKind::destroy, "", call, std::chrono::steady_clock::now() + kGrace,
                   result);
    release_all(result);
  }
  {
    const std::lock_guard lock(mutex_);
    state_ = State::ended;
    give_up_at_ = std::chrono::steady_clock::now() + kGrace;
    if (process_ != nullptr) process_->kill();
    changed_.notify_all();
  }
  wake();
  if (watcher_.joinable()) watcher_.join();
  if (repair_.joinable()) repair_.join();
}

Enforced WorkerInstance::enforced() const {
  const std::lock_guard lock(mutex_);
  return process_ == nullptr ? Enforced{} : process_->enforced();
}

void WorkerInstance::start(const cj_call& call, cj_result& result) {
  {
    const std::lock_guard lock(mutex_);
    is_started_ = true;  // A worker that takes the place of this one is started, too.
  }
  ask_control(FrameKind::start, call, result);
  if (result.status == CJ_OK) refresh_health();
}

void WorkerInstance::drain(const cj_call& call, cj_result& result) {
  {
    const std::lock_guard lock(mutex_);
    is_started_ = false;
    if (state_ != State::running) return;  // Nothing of it works.
  }
  ask_control(FrameKind::drain, call, result);
}

void WorkerInstance::health(cj_result& result) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::running) {
    is_health_asked_ = true;  // For the next time.
    wake();
    return fill(&result, Reply{.head = health_.empty() ? R"({"state":"ok"})" : health_});
  }
  fill(&result, Reply{.head = Json{{"state", state_ == State::quarantined ? "down" : "degraded"},
                                   {"detail", state_text()}}
                                  .dump(-1, ' ', false, Json::error_handler_t::replace)});
}

/// Why there is no worker now.
std::string WorkerInstance::state_text() const {
  const auto ended = last_end_.empty() ? std::string() : " (the last one: " + last_end_ + ")";
  if (state_ == State::quarantined)
    return "its workers die again and again; it is tried again later" + ended;
  return "its worker is being started" + ended;
}

// ---- Calls

RealTime WorkerInstance::real_time(std::uint64_t deadline_ns) const {
  const auto deadline = MonotonicTime(std::chrono::nanoseconds(
      static_cast<std::int64_t>(std::min<std::uint64_t>(deadline_ns, INT64_MAX))));
  constexpr std::chrono::hours kLongest{24};
  const auto left =
      std::min<MonotonicTime::duration>(deadline - parts_.clock->monotonic(), kLongest);
  return std::chrono::steady_clock::now() + (deadline_ns == 0 ? kLongest : left);
}

void WorkerInstance::invoke(const cj_call& call, const cj_request& request, cj_result& result) {
  BodyWriter out;
  put(out, call);
  put(out, request);
  const auto body = out.take();
  if (body.size() > kFrameLimit)
    return fill(&result, Error{ErrorClass::permanent, "the request is too large for a worker"});
  const auto until = real_time(call.deadline_ns);
  for (;;) {
    const auto claimed = claim(until);
    if (!claimed) return fill(&result, claimed.error());
    auto& lane = claimed->call();
    lane.call_id = call.call_id;
    lane.method = request.method;
    const auto sent = lane.lane.send(FrameKind::invoke, call.call_id, body, until);
    if (sent == Lane::Outcome::ok) return await(*claimed, call, until, result);
    claimed->process->kill();  // It has ended, or reads no more; it was asked nothing.
    give_back(*claimed, false);
  }
}

/// A free lane of a worker that runs. Errors: retry, there was none in time, or its workers are in
/// quarantine.
Result<WorkerInstance::Claim> WorkerInstance::claim(RealTime until) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (state_ == State::running) {
      auto& lanes = process_->calls();
      const auto free = std::ranges::find_if(
          lanes, [](const WorkerProcess::CallLane& lane) { return !lane.is_busy; });
      if (free != lanes.end()) {
        free->is_busy = true;
        return Claim{process_, static_cast<std::size_t>(free - lanes.begin())};
      }
    } else if (state_ == State::quarantined || state_ == State::ended) {
      return Error{ErrorClass::retry, state_text()};
    }
    if (changed_.wait_until(lock, until) == std::cv_status::timeout)
      return Error{ErrorClass::retry, state_ == State::running
                                          ? "its worker does not return from its calls"
                                          : state_text()};
  }
}

void WorkerInstance::give_back(const Claim& claim, bool is_good) {
  const std::lock_guard lock(mutex_);
  claim.call().is_busy = false;
  if (is_good) {
    supervision_.good_call();
  } else if (claim.process == process_ && state_ == State::running) {
    state_ = State::down;  // Until the watcher knows more: nobody shall ask it.
    restart_at_ = RealTime::max();
  }
  changed_.notify_all();
}

/// Waits for the result, and answers what the plugin asks the host meanwhile.
void WorkerInstance::await(const Claim& claim, const cj_call& call, RealTime until,
                           cj_result& result) {
  auto& lane = claim.call().lane;
  auto limit = until;
  bool is_told = false;
  for (;;) {
    Frame frame;
    auto outcome = lane.receive(frame, limit);
    if (outcome == Lane::Outcome::timeout && !is_told) {
      is_told = true;
      limit = until + kLastWord;
      cancel(call.call_id);
      continue;
    }
    if (outcome == Lane::Outcome::timeout) {
      abandon(claim);
      return fill(&result,
                  Error{ErrorClass::deadline, "it did not answer in time; the outcome is unknown"});
    }
    if (outcome == Lane::Outcome::ok) {
      if (frame.kind == FrameKind::result && frame.id == call.call_id && take_result(frame, result))
        return give_back(claim, true);
      outcome = serve(lane, frame, call.deadline_ns, limit);
    }
    if (outcome != Lane::Outcome::ok) return lost(claim, outcome, result);
  }
}

/// The worker ended, or is no worker of ours any more, while it worked on a call.
void WorkerInstance::lost(const Claim& claim, Lane::Outcome how, cj_result& result) {
  claim.process->kill();
  give_back(claim, false);
  const auto status = claim.process->wait_status(std::chrono::steady_clock::now() + kNaming);
  const auto end = how == Lane::Outcome::bad ? std::string("it broke the protocol")
                                             : "its worker ended: " + how_it_ended(status);
  fill(&result, Error{ErrorClass::deadline, end + "; the outcome is unknown"});
}

/// The call stays in the worker, and keeps its lane until it ends or the worker is killed.
void WorkerInstance::abandon(const Claim& claim) {
  const std::lock_guard lock(mutex_);
  if (claim.process != process_ || claim.process->has_ended()) return;
  abandoned_.push_back({claim, std::chrono::steady_clock::now() + kGrace});
  listen(claim.call().lane.descriptor(), kFirstCallLane + claim.lane, generation_);
  wake();
}

/// False: it is no result.
bool WorkerInstance::take_result(const Frame& frame, cj_result& result) {
  BodyReader in(frame.body);
  const auto found = get_result(in, result);
  if (!in.finished()) return false;
  if (found.empty()) return true;
  const auto wrong = known_flaw(found);
  parts_.metrics->counter(metric::kPluginMisuse, {parts_.use.name, wrong}).add();
  fill(&result, Error{ErrorClass::bug, "plugin " + parts_.use.name + ": " + std::string(wrong)});
  return true;
}

/// What the worker asks on a lane. `bad`: nothing that it may ask.
Lane::Outcome WorkerInstance::serve(Lane& lane, const Frame& frame, std::uint64_t latest_ns,
                                    RealTime until) {
  if (frame.kind == FrameKind::note)
    return host_calls_.note(frame.body) ? Lane::Outcome::ok : Lane::Outcome::bad;
  if (frame.kind != FrameKind::host_call) return Lane::Outcome::bad;
  const auto answer = host_calls_.answer(frame.body, latest_ns);
  if (!answer || answer->size() > kFrameLimit) return Lane::Outcome::bad;
  return lane.send(FrameKind::host_result, frame.id, *answer,
                   std::max(until, std::chrono::steady_clock::now() + kGrace));
}

void WorkerInstance::cancel(std::uint64_t call_id) {
  Process process;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::running) return;
    process = process_;
  }
  // A worker that does not even read this is killed when its grace is over.
  (void)process->control().send(FrameKind::cancel, call_id, "", RealTime::min());
}

// ---- The control lane

/// One question on the control lane, which the caller holds.
Lane::Outcome WorkerInstance::converse(WorkerProcess& process, FrameKind kind,
                                       std::string_view body, const cj_call& call, RealTime until,
                                       cj_result& result) {
  auto& lane = process.control();
  if (const auto sent = lane.send(kind, call.call_id, body, until); sent != Lane::Outcome::ok)
    return sent;
  for (;;) {
    Frame frame;
    auto outcome = lane.receive(frame, until);
    if (outcome == Lane::Outcome::ok) {
      if (frame.kind == FrameKind::result && frame.id == call.call_id && take_result(frame, result))
        return outcome;
      outcome = serve(lane, frame, call.deadline_ns, until);
    }
    if (outcome != Lane::Outcome::ok) return outcome;
  }
}

/// start and drain. The worker does not outlive a failure to answer.
void WorkerInstance::ask_control(FrameKind kind, const cj_call& call, cj_result& result) {
  const auto until = real_time(call.deadline_ns);
  Process process;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until,
                        [&] { return state_ != State::starting && state_ != State::down; });
    if (state_ != State::running) return fill(&result, Error{ErrorClass::retry, state_text()});
    process = process_;
  }
  const std::lock_guard control(control_);
  BodyWriter out;
  put(out, call);
  const auto outcome = converse(*process, kind, out.take(), call, until + kLastWord, result);
  if (outcome == Lane::Outcome::ok) return;
  process->kill();
  const auto status = process->wait_status(std::chrono::steady_clock::now() + kNaming);
  fill(&result, Error{ErrorClass::deadline, outcome == Lane::Outcome::timeout
                                                ? std::string("its worker does not answer")
                                                : "its worker ended: " + how_it_ended(status)});
}

}  // namespace conserje
