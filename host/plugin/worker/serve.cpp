#include "plugin/worker/serve.hpp"

#include <unistd.h>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conserje/wire.hpp"
#include "plugin/module.hpp"
#include "plugin/result_flaw.hpp"
#include "plugin/worker/lane.hpp"
#include "plugin/worker/remote_host.hpp"

namespace conserje {
namespace {

constexpr auto kForever = RealTime::max();

/// The host is gone, or breaks the protocol: nobody is left to serve.
[[noreturn]] void leave() { ::_exit(0); }

std::string result_body(const cj_result& result, std::string_view flaw) {
  BodyWriter out;
  put(out, result, flaw);
  return out.take();
}

/// A lane on which the host calls, and the thread that answers there.
struct CallLane {
  explicit CallLane(Descriptor socket) : lane(std::move(socket)) {}

  Lane lane;
  std::atomic<std::uint64_t> call_id{0};    // 0: nothing runs.
  std::atomic<std::uint32_t> cancelled{0};  // cj_call.cancelled points here.
  std::thread thread{};
};

class Server {
 public:
  Server(const SpawnRequest& request, WorkerDescriptors descriptors);
  [[noreturn]] void run(const Enforced& enforced);

 private:
  void handle(const Frame& frame);
  void create(BodyReader& in, cj_result& result);
  void destroy();
  void begin_threads();
  void serve_calls(CallLane& calls);
  void invoke(CallLane& calls, const Frame& frame);
  void begin_call(CallLane& calls, std::uint64_t call_id);
  bool mark_cancelled(std::uint64_t call_id);
  void cancel(std::uint64_t call_id);
  template <class F>
  void answer(Lane& lane, std::uint64_t id, F&& plugin_function);

  const SpawnRequest request_;
  Descriptor image_;
  Lane control_;
  std::vector<std::unique_ptr<Lane>> background_;
  std::vector<std::unique_ptr<CallLane>> calls_;
  std::optional<RemoteHost> host_{};
  std::optional<Module> module_{};
  cj_instance table_{};
  /// The host says what follows what; so that each thread sees what those before it did.
  std::atomic<std::uint64_t> turns_{0};
  std::mutex cancel_mutex_{};
  std::deque<std::uint64_t> early_cancels_{};  // Guarded by cancel_mutex_.
};

Server::Server(const SpawnRequest& request, WorkerDescriptors descriptors)
    : request_(request),
      image_(std::move(descriptors.image)),
      control_(std::move(descriptors.control)) {
  std::vector<Lane*> shared;
  for (auto& socket : descriptors.background)
    shared.push_back(background_.emplace_back(std::make_unique<Lane>(std::move(socket))).get());
  for (auto& socket : descriptors.calls)
    calls_.push_back(std::make_unique<CallLane>(std::move(socket)));
  host_.emplace(std::move(shared));
  host_->on_cancel = [this](std::uint64_t call_id) { cancel(call_id); };
}

void Server::run(const Enforced& enforced) {
  if (control_.send(FrameKind::hello, 0, encode(enforced), kForever) != Lane::Outcome::ok) leave();
  for (;;) {
    Frame frame;
    if (control_.receive(frame, kForever) != Lane::Outcome::ok) leave();
    handle(frame);
  }
}

void Server::handle(const Frame& frame) {
  BodyReader in(frame.body);
  const bool has_instance = table_.destroy != nullptr;
  if (frame.kind == FrameKind::cancel) return cancel(frame.id);
  answer(control_, frame.id, [&](cj_result& result) {
    if (frame.kind == FrameKind::create && !has_instance) return create(in, result);
    if (!has_instance) leave();
    const auto call = get_call(in);
    switch (frame.kind) {
      case FrameKind::start:
        if (table_.start != nullptr) table_.start(table_.self, &call, &result);
        return;
      case FrameKind::drain:
        if (table_.drain != nullptr) table_.drain(table_.self, &call, &result);
        return;
      case FrameKind::health:
        if (table_.health != nullptr) table_.health(table_.self, &result);
        return;
      case FrameKind::destroy: destroy(); return;
      default: leave();
    }
  });
}

/// Body: the services that the host offers, the call, the config.
void Server::create(BodyReader& in, cj_result& result) {
  host_->assign({{&control_, std::this_thread::get_id()}});
  host_->offer(in.number<std::uint32_t>());
  const auto call = get_call(in);
  const auto config = in.text();
  if (!in.finished()) leave();

  const auto image = SealedImage::adopt(image_.leave(), request_.file);
  if (!image) return fill(&result, image.error());
  auto module = Module::load(*image, CJ_ABI_VERSION);
  if (!module) return fill(&result, module.error());
  module_.emplace(*std::move(module));
  begin_threads();

  const cj_instance* instance = nullptr;
  module_->create(host_->host(), &call, to_c(config), &instance, &result);
  if (result.status != CJ_OK) return;
  if (instance != nullptr) table_ = sized_copy(instance);
  if (table_.invoke == nullptr || table_.destroy == nullptr) {
    table_ = {};
    fill(&result, Error{ErrorClass::bug, "create returned no instance"});
  }
}

void Server::destroy() {
  const auto instance = std::exchange(table_, {});
  instance.destroy(instance.self);
}

/// Each waits for its first call; before that the host gives out no lane.
void Server::begin_threads() {
  std::vector<RemoteHost::Own> own{{&control_, std::this_thread::get_id()}};
  for (auto& calls : calls_) {
    calls->thread = std::thread([this, &each = *calls] { serve_calls(each); });
    own.push_back({&calls->lane, calls->thread.get_id()});
  }
  host_->assign(std::move(own));
}

void Server::serve_calls(CallLane& calls) {
  for (;;) {
    Frame frame;
    if (calls.lane.receive(frame, kForever) != Lane::Outcome::ok) leave();
    if (frame.kind != FrameKind::invoke) leave();
    invoke(calls, frame);
  }
}

void Server::invoke(CallLane& calls, const Frame& frame) {
  BodyReader in(frame.body);
  auto call = get_call(in);
  auto request = get_request(in);
  if (!in.finished()) leave();
  begin_call(calls, call.call_id);
  static_assert(sizeof calls.cancelled == sizeof(std::uint32_t));
  call.cancelled = reinterpret_cast<const std::uint32_t*>(&calls.cancelled);
  answer(calls.lane, frame.id, [&](cj_result& result) {
    table_.invoke(table_.self, &call, request.get(), &result);
    calls.call_id.store(0);
  });
}

/// A cancel comes on another lane, and may be here before its call.
void Server::begin_call(CallLane& calls, std::uint64_t call_id) {
  const std::lock_guard lock(cancel_mutex_);
  calls.cancelled.store(std::erase(early_cancels_, call_id) > 0 ? 1 : 0);
  calls.call_id.store(call_id);
}

/// True: the call runs, and has been told for the first time.
bool Server::mark_cancelled(std::uint64_t call_id) {
  constexpr std::size_t kMostEarly = 64;
  const std::lock_guard lock(cancel_mutex_);
  for (auto& calls : calls_)
    if (calls->call_id.load() == call_id) return calls->cancelled.exchange(1) == 0;
  early_cancels_.push_back(call_id);  // Or it has ended already.
  if (early_cancels_.size() > kMostEarly) early_cancels_.pop_front();
  return false;
}

void Server::cancel(std::uint64_t call_id) {
  if (!mark_cancelled(call_id) || table_.cancel == nullptr) return;
  try {
    table_.cancel(table_.self, call_id);
  } catch (...) {  // It has no result to say so.
  }
}

/// Runs a function of the plugin and sends what came of it.
template <class F>
void Server::answer(Lane& lane, std::uint64_t id, F&& plugin_function) {
  auto result = empty_result();
  std::string_view wrong;
  turns_.fetch_add(1);
  try {
    plugin_function(result);
    wrong = flaw(result);
  } catch (...) {
    wrong = "exception";
  }
  auto body = result_body(result, wrong);
  if (body.size() > kFrameLimit) body = result_body(result, "buffer over the limit");
  if (wrong.empty()) release_all(result);  // Otherwise a leak is the lesser evil.
  turns_.fetch_add(1);
  if (lane.send(FrameKind::result, id, body, kForever) != Lane::Outcome::ok) leave();
}

}  // namespace

void serve_plugin(const SpawnRequest& request, WorkerDescriptors descriptors,
                  const Enforced& enforced) {
  Server(request, std::move(descriptors)).run(enforced);
}

}  // namespace conserje
