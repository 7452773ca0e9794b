#include "plugin/instance.hpp"

#include <algorithm>
#include <bit>
#include <climits>
#include <cstddef>
#include <optional>

#include "conserje/state_types.hpp"
#include "plugin/call_result.hpp"
#include "plugin/metric_names.hpp"

namespace conserje {
namespace {

constexpr std::uint64_t kCancelling = std::uint64_t{1} << 63;  // In Slot::call_id.
/// After the deadline: a plugin that keeps to it still says what went wrong.
constexpr Millis kPatience{10};
constexpr std::chrono::hours kLongestWait{24};

/// Call ids are unique in an instance, and never 0. Those of different slots differ in their last
/// bits, so that slots count alone; a word that all calls add to costs as much as a lock.
constexpr std::uint64_t kIdsOfSlots = 2 * kMaxParallel;

std::uint64_t to_ns(MonotonicTime time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

/// What a plugin's health() says.
struct Said {
  std::string state;
  std::string detail;
};
void read(const Json& json, Said& said) {
  expect_object(json, "health");
  read_member(json, "state", said.state);
  read_optional_member(json, "detail", said.detail);
}

}  // namespace

template <class F>
ResultView::ResultView(PluginInstance* instance, std::uint64_t share, F&& fill)
    : instance_(instance), share_(share) {
  clear(result_);
  fill(result_);
}

ResultView::~ResultView() {
  release_all(result_);
  if (instance_ != nullptr) instance_->give_back(share_);
}

Error ResultView::error() const { return to_error(result_); }

/// A call on a thread of its own, with copies of all that it borrows: it may outlive its caller.
struct PluginInstance::ApartCall {
  ApartCall(const cj_call& given, std::string_view given_head,
            std::span<const std::string_view> given_attachments)
      : trace_id(view(given.trace_id)),
        idempotency_key(view(given.idempotency_key)),
        tenant(view(given.tenant)),
        head(given_head),
        bytes(given_attachments.begin(), given_attachments.end()),
        attachments(bytes.begin(), bytes.end()),
        call(given) {
    call.trace_id = to_c(trace_id);
    call.idempotency_key = to_c(idempotency_key);
    call.tenant = to_c(tenant);
    clear(result);
  }

  /// False: the caller has gone.
  bool finish() {
    const std::lock_guard lock(mutex);
    finished = true;
    changed.notify_one();
    return !abandoned;
  }
  /// False: it did not finish in time; the result is not the caller's any more, and the slot is
  /// lost.
  bool wait(MonotonicTime::duration time, std::atomic<unsigned>& lost) {
    std::unique_lock lock(mutex);
    abandoned = !changed.wait_for(lock, time, [this] { return finished; });
    if (abandoned) lost.fetch_add(1);
    return !abandoned;
  }

  const std::string trace_id, idempotency_key, tenant, head;
  const std::vector<std::string> bytes;
  const std::vector<std::string_view> attachments;
  cj_call call;
  cj_result result{};

  std::mutex mutex{};
  std::condition_variable changed{};
  bool finished = false;  // Guarded by mutex, as is the next one.
  bool abandoned = false;
};

// ---- Life

PluginInstance::PluginInstance(const PluginUse& use, const Manifest& manifest,
                               std::shared_ptr<HostServices> services,
                               const ServiceSources& sources)
    : use_(use),
      manifest_(manifest),
      services_(std::move(services)),
      clock_(*sources.clock),
      metrics_(*sources.metrics),
      log_(sources.log.with({{"plugin", use.name}})),
      in_flight_gauge_(metrics_.gauge(metric::kPluginInFlight, {use.name})),
      lost_gauge_(metrics_.gauge(metric::kPluginLostSlots, {use.name})),
      overdue_counter_(metrics_.counter(metric::kPluginOverdue, {use.name})),
      threads_(use.isolation.value_or(Isolation::in_process) == Isolation::in_process
                   ? sources.call_threads
                   : nullptr),
      slot_count_(std::clamp(std::min(use.max_in_flight, manifest.parallel), 1U, kMaxParallel)),
      slots_(std::make_unique<Slot[]>(slot_count_)) {
  const auto add_method = [&](std::uint32_t number, std::string_view name, bool is_inline) {
    Method method{.number = number, .is_inline = is_inline};
    method.results[0] = metrics_.counter(metric::kPluginCalls, {use.name, name, "ok"});
    for (unsigned error_class = 1; error_class < method.results.size(); ++error_class)
      method.results[error_class] = metrics_.counter(
          metric::kPluginCalls, {use.name, name, to_string(static_cast<ErrorClass>(error_class))});
    method.refused = metrics_.counter(metric::kPluginCalls, {use.name, name, "refused"});
    method.seconds = metrics_.histogram(metric::kPluginCallSeconds, {use.name, name});
    methods_.push_back(method);
  };
  for (const auto& method : manifest.methods)
    add_method(method.number, method.name, method.is_inline);
  add_method(CJ_CORE_TIMER, "core.timer", false);
  if (!manifest.state_export) return;
  add_method(state::method::export_state, "core.export_state", false);
  add_method(state::method::import_state, "core.import_state", false);
}

Result<std::unique_ptr<PluginInstance>> PluginInstance::create(
    const PluginUse& use, const Manifest& manifest, const PluginCode& code,
    std::shared_ptr<HostServices> services, const ServiceSources& sources) {
  std::unique_ptr<PluginInstance> instance(
      new PluginInstance(use, manifest, std::move(services), sources));
  instance->services_->attach(*instance);
  const auto config = use.config.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto call = instance->make_call({}, instance->clock_.monotonic(), instance->next_call_id());
  const cj_instance* table = nullptr;
  const auto created = instance->ask([&](cj_result* result) {
    code.create(instance->services_->host(), &call, to_c(config), &table, result);
  });
  if (!created) return created.error();
  if (table != nullptr) instance->table_ = sized_copy(table);
  if (instance->table_.invoke == nullptr || instance->table_.destroy == nullptr) {
    instance->count_misuse("instance without invoke or destroy");
    return Error{ErrorClass::bug, "create returned no instance"};
  }
  instance->confinement_ = code.confinement_of(instance->table_);
  return instance;
}

PluginInstance::~PluginInstance() {
  drain({});
  if (table_.destroy == nullptr) return;
  (void)ask([&](cj_result*) { table_.destroy(table_.self); });
}

Result<PluginState> PluginInstance::export_state() {
  auto reply = call({.deadline = clock_.monotonic() + kStateTime}, state::method::export_state,
                    encode(state::ExportRequest{}));
  if (!reply) return reply.error();
  auto said = decode<state::ExportReply>(std::string_view(reply->head));
  if (!said) return bad_head(said.error());
  const bool is_bounded = reply->attachments.size() == 1 &&
                          reply->attachments.front().size() <= kStateLimit &&
                          said->format.size() <= kErrorTextLimit;
  if (!is_bounded)
    return bad_head({ErrorClass::bug, "a state is one attachment of at most " +
                                          std::to_string(kStateLimit) + " bytes"});
  return PluginState{.format = std::move(said->format),
                     .bytes = std::move(reply->attachments.front()),
                     .version = manifest_.version};
}

Status PluginInstance::import_state(const PluginState& state) {
  const std::string_view bytes[] = {state.bytes};
  const auto taken =
      call({.deadline = clock_.monotonic() + kStateTime}, state::method::import_state,
           encode(state::ImportRequest{.format = state.format, .version = state.version}), bytes);
  if (!taken) return taken.error();
  return Done{};
}

Status PluginInstance::start(const CallSpec& spec) {
  started_ = true;
  if (table_.start != nullptr) {
    const auto call = make_call(spec, clock_.monotonic(), next_call_id());
    const auto started = ask([&](cj_result* result) { table_.start(table_.self, &call, result); });
    if (!started) return started;
  }
  accepting_ = true;
  return Done{};
}

bool PluginInstance::drain(const CallSpec& spec) {
  if (drained_) return !stuck_;
  drained_ = true;
  accepting_ = false;
  {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();  // Those who wait for a slot get none any more.
  }
  constexpr Millis kGrace{1'000};  // For calls that have been asked to stop.
  const auto idle = [&] { return in_flight() == 0; };
  const auto call = make_call(spec, clock_.monotonic(), next_call_id());
  if (!wait_until(MonotonicTime(std::chrono::nanoseconds(call.deadline_ns)), UINT_MAX, idle)) {
    cancel_due(UINT64_MAX);
    services_->interrupt();
    stuck_ = !wait_until(clock_.monotonic() + kGrace, UINT_MAX, idle);
  }
  if (started_ && table_.drain != nullptr && !stuck_) {
    const auto drained = ask([&](cj_result* result) { table_.drain(table_.self, &call, result); });
    if (!drained) log_.warn("plugin did not drain well", {{"error", drained.error().message}});
  }
  if (!services_->close(clock_.monotonic() + kGrace)) stuck_ = true;
  if (stuck_)
    log_.error("plugin does not return from its calls and is left behind",
               {{"in_flight", in_flight()}});
  return !stuck_;
}

// ---- Calls

Result<Reply> PluginInstance::call(const CallSpec& spec, std::uint32_t method,
                                   std::string_view head,
                                   std::span<const std::string_view> attachments) {
  const auto result = invoke(spec, method, head, attachments);
  if (!result.ok()) return result.error();
  if (!result.head().empty() && !Json::accept(result.head()))
    return bad_head({ErrorClass::bug, "not JSON"});
  Reply reply{.head = std::string(result.head())};
  for (std::size_t i = 0; i < result.attachment_count(); ++i)
    reply.attachments.emplace_back(result.attachment(i));
  return reply;
}

ResultView PluginInstance::invoke(const CallSpec& spec, std::uint32_t number, std::string_view head,
                                  std::span<const std::string_view> attachments) {
  const Method* method = find_method(number);
  if (method == nullptr || attachments.size() > kMaxAttachments)
    return cannot_ask(number, attachments.size());
  auto started = clock_.monotonic();
  cj_call call = make_call(spec, started, 0);
  int slot = try_acquire();
  if (slot < 0 && lost_ == slot_count_)
    return refused(*method, "each slot is lost to a call that does not return");
  if (slot < 0) {
    slot = acquire(MonotonicTime(std::chrono::nanoseconds(call.deadline_ns)));
    started = clock_.monotonic();
    if (slot < 0)
      return refused(*method, takes(*method) ? "all slots are taken" : "is not running");
  }
  const auto number_of_slot = static_cast<unsigned>(slot);
  const auto share = std::uint64_t{1} << number_of_slot;
  if (!takes(*method) || call.deadline_ns <= to_ns(started)) {
    give_back(share);
    return refused(*method, takes(*method) ? "no time is left" : "is not running");
  }
  auto& entry = slots_[number_of_slot];
  call.call_id = ++entry.calls * kIdsOfSlots + number_of_slot + 1;
  entry.cancelled.store(0, std::memory_order_relaxed);
  entry.deadline_ns.store(call.deadline_ns, std::memory_order_relaxed);
  entry.call_id.store(call.call_id, std::memory_order_release);
  call.cancelled = reinterpret_cast<const std::uint32_t*>(&entry.cancelled);

  const Question asked{*method, call, head, attachments};
  const auto apart = perform_apart(number_of_slot, asked);
  if (apart == nullptr) {
    return ResultView(this, share, [&](cj_result& result) {
      perform_in(entry, asked, result);
      count(*method, result.status, started);
    });
  }
  const auto deadline = MonotonicTime(std::chrono::nanoseconds(call.deadline_ns));
  const auto time =
      std::min<MonotonicTime::duration>(deadline + kPatience - clock_.monotonic(), kLongestWait);
  if (apart->wait(time, lost_)) {
    count(*method, apart->result.status, started);
    return ResultView(this, share, [&](cj_result& result) { result = apart->result; });
  }
  count(*method, to_status(ErrorClass::deadline), started);
  return ResultView(nullptr, 0, [&](cj_result& result) {
    fill(&result,
         Error{ErrorClass::deadline, "plugin " + name() + " did not return by its deadline"});
  });
}

/// Null: the call is to run on this thread, because its method promises not to block, or there is
/// no other.
std::shared_ptr<PluginInstance::ApartCall> PluginInstance::perform_apart(unsigned slot,
                                                                         const Question& asked) {
  if (threads_ == nullptr || asked.method.is_inline) return nullptr;
  auto apart = std::make_shared<ApartCall>(asked.call, asked.head, asked.attachments);
  const auto runs = threads_->run([this, slot, &method = asked.method, apart] {
    perform_in(slots_[slot], {method, apart->call, apart->head, apart->attachments}, apart->result);
    if (apart->finish()) return;
    release_all(apart->result);  // Nobody wants it any more.
    lost_.fetch_sub(1);
    give_back(std::uint64_t{1} << slot);
  });
  return runs ? apart : nullptr;
}

/// One call in its slot, on the thread that runs it.
void PluginInstance::perform_in(Slot& slot, const Question& asked, cj_result& result) const {
  slot.thread.store(std::this_thread::get_id(), std::memory_order_relaxed);
  perform(asked, result);
  // cancel_overdue() may be at work on this very call: then its mark goes first.
  const auto id = asked.call.call_id;
  for (auto expected = id; !slot.call_id.compare_exchange_weak(expected, 0); expected = id)
    std::this_thread::yield();
  slot.thread.store({}, std::memory_order_relaxed);
}

ResultView PluginInstance::invoke_inline(const CallSpec& spec, std::uint32_t number,
                                         std::string_view head,
                                         std::span<const std::string_view> attachments) {
  const Method* method = find_method(number);
  if (method == nullptr || !method->is_inline || attachments.size() > kMaxAttachments)
    return cannot_ask(number, attachments.size());
  state_.fetch_add(kInlineCall);
  if (!accepting_) {
    give_back(kInlineCall);
    return refused(*method, "is not running");
  }
  const auto started = clock_.monotonic();
  const cj_call call = make_call(spec, started, next_call_id());
  return ResultView(this, kInlineCall, [&](cj_result& result) {
    inline_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    perform({*method, call, head, attachments}, result);
    count(*method, result.status, started);
    inline_thread_.store({}, std::memory_order_relaxed);
  });
}

void PluginInstance::perform(const Question& asked, cj_result& result) const {
  std::array<cj_str, kMaxAttachments> wire;
  std::transform(asked.attachments.begin(), asked.attachments.end(), wire.begin(),
                 [](std::string_view bytes) { return to_c(bytes); });
  const cj_request request{sizeof(cj_request), asked.method.number, to_c(asked.head), wire.data(),
                           asked.attachments.size()};
  guarded(result,
          [&](cj_result* filled) { table_.invoke(table_.self, &asked.call, &request, filled); });
}

void PluginInstance::count(const Method& method, std::uint32_t status,
                           MonotonicTime started) const {
  const auto error_class = status == CJ_OK ? 0U : static_cast<unsigned>(to_class(status));
  method.results[error_class].add();
  method.seconds.observe(clock_.monotonic() - started);
}

/// Whatever the plugin does, `result` is one without a flaw afterwards.
template <class F>
void PluginInstance::guarded(cj_result& result, F&& plugin_function) const {
  std::string_view wrong;
  try {
    plugin_function(&result);
    wrong = flaw(result);
  } catch (...) {
    wrong = "exception";
  }
  if (wrong.empty()) [[likely]]
    return;
  count_misuse(wrong);
  if (flaw(result).empty()) release_all(result);  // Otherwise a leak is the lesser evil.
  clear(result);
  fill(&result, Error{ErrorClass::bug, "plugin " + name() + ": " + std::string(wrong)});
}

/// A call of which only the status matters.
template <class F>
Status PluginInstance::ask(F&& plugin_function) const {
  auto result = empty_result();
  guarded(result, plugin_function);
  Status status = Done{};
  if (result.status != CJ_OK) status = to_error(result);
  release_all(result);
  return status;
}

/// Of a call without a slot: they are multiples of kIdsOfSlots.
std::uint64_t PluginInstance::next_call_id() const {
  return (calls_without_slot_.fetch_add(1, std::memory_order_relaxed) + 1) * kIdsOfSlots;
}

cj_call PluginInstance::make_call(const CallSpec& spec, MonotonicTime now,
                                  std::uint64_t call_id) const {
  const auto deadline = spec.deadline == MonotonicTime{} ? now + use_.deadline : spec.deadline;
  return {.size = sizeof(cj_call),
          .attempt = spec.attempt,
          .call_id = call_id,
          .deadline_ns = to_ns(deadline),
          .trace_id = to_c(spec.trace_id),
          .idempotency_key = to_c(spec.idempotency_key),
          .tenant = to_c(spec.tenant),
          .cancelled = nullptr};
}

const PluginInstance::Method* PluginInstance::find_method(std::uint32_t number) const {
  for (const auto& method : methods_)
    if (method.number == number) return &method;
  return nullptr;
}

/// A state is taken over before the start; nothing else is asked then.
bool PluginInstance::takes(const Method& method) const {
  return accepting_ || (method.number == state::method::import_state && !started_ && !drained_);
}

ResultView PluginInstance::cannot_ask(std::uint32_t number, std::size_t attachments) const {
  auto text = "plugin " + name();
  if (attachments > kMaxAttachments) {
    text += ": at most " + std::to_string(kMaxAttachments) + " attachments";
  } else {
    text += " does not answer method " + std::to_string(number >> 16) + "." +
            std::to_string(number & 0xffffU) + (find_method(number) == nullptr ? "" : " inline");
  }
  return ResultView(nullptr, 0, [&](cj_result& result) {
    fill(&result, Error{ErrorClass::permanent, std::move(text)});
  });
}

ResultView PluginInstance::refused(const Method& method, std::string_view why) const {
  method.refused.add();
  return ResultView(nullptr, 0, [&](cj_result& result) {
    fill(&result, Error{ErrorClass::retry, "plugin " + name() + ": " + std::string(why)});
  });
}

ResultView PluginInstance::instead_of_a_call(const Error& error) {
  return ResultView(nullptr, 0, [&](cj_result& result) { fill(&result, error); });
}

Error PluginInstance::bad_head(const Error& why) {
  count_misuse("head");
  return {ErrorClass::bug, "plugin " + name() + ": reply: " + people_text(why.message, 256)};
}

// ---- Slots

int PluginInstance::try_acquire() {
  auto state = state_.load();
  for (;;) {
    const auto slot = static_cast<unsigned>(std::countr_one(state & kSlots));
    if (slot >= slot_count_) return -1;
    if (state_.compare_exchange_weak(state, state | (std::uint64_t{1} << slot)))
      return static_cast<int>(slot);
  }
}

int PluginInstance::acquire(MonotonicTime deadline) {
  int slot = -1;
  wait_until(deadline, use_.max_waiting, [&] {
    if (accepting_) slot = try_acquire();
    return slot >= 0 || !accepting_;
  });
  return slot;
}

void PluginInstance::give_back(std::uint64_t share) {
  auto state = state_.load();
  while ((state & kWaited) == 0)
    if (state_.compare_exchange_weak(state, state - share)) return;
  const std::lock_guard lock(mutex_);
  state_.fetch_sub(share);
  changed_.notify_all();
}

/// False: the deadline came first, or too many wait already.
template <class Condition>
bool PluginInstance::wait_until(MonotonicTime deadline, unsigned most_waiting,
                                Condition&& condition) {
  const auto time = std::min<MonotonicTime::duration>(deadline - clock_.monotonic(), kLongestWait);
  std::unique_lock lock(mutex_);
  if (waiting_ >= most_waiting) return false;
  if (++waiting_ == 1) state_.fetch_or(kWaited);
  const bool met = changed_.wait_for(lock, time, condition);
  if (--waiting_ == 0) state_.fetch_and(~kWaited);
  return met;
}

unsigned PluginInstance::in_flight() const {
  const auto state = state_.load();
  return static_cast<unsigned>(std::popcount(state & kSlots)) +
         static_cast<unsigned>((state & ~kWaited) >> 32);
}

unsigned PluginInstance::cancel_overdue() {
  in_flight_gauge_.set(in_flight());
  lost_gauge_.set(lost_);
  return cancel_due(to_ns(clock_.monotonic()));
}

unsigned PluginInstance::cancel_due(std::uint64_t now_ns) {
  unsigned overdue = 0;
  for (unsigned i = 0; i < slot_count_; ++i) {
    auto& slot = slots_[i];
    auto id = slot.call_id.load(std::memory_order_acquire);
    if (id == 0 || (id & kCancelling) != 0 ||
        slot.deadline_ns.load(std::memory_order_relaxed) > now_ns)
      continue;
    if (!slot.call_id.compare_exchange_strong(id, id | kCancelling)) continue;
    ++overdue;
    if (slot.cancelled.exchange(1) == 0) {
      overdue_counter_.add();
      if (table_.cancel != nullptr) (void)ask([&](cj_result*) { table_.cancel(table_.self, id); });
    }
    slot.call_id.store(id, std::memory_order_release);
  }
  return overdue;
}

HealthCheck PluginInstance::health() const {
  HealthCheck check{.name = "plugin " + name(), .required = use_.required};
  if (!accepting_) {
    check.state = HealthState::down;
    check.detail = "not running";
    return check;
  }
  if (table_.health != nullptr) ask_health(check);
  const auto now_ns = to_ns(clock_.monotonic());
  unsigned stuck = 0;
  for (unsigned i = 0; i < slot_count_; ++i)
    if (slots_[i].call_id != 0 && slots_[i].deadline_ns <= now_ns) ++stuck;
  if (stuck == 0) return check;
  check.state =
      stuck == slot_count_ ? HealthState::down : std::max(check.state, HealthState::degraded);
  check.detail = std::to_string(stuck) + " of " + std::to_string(slot_count_) +
                 " slots are stuck past their deadline";
  return check;
}

void PluginInstance::ask_health(HealthCheck& check) const {
  auto result = empty_result();
  guarded(result, [&](cj_result* filled) { table_.health(table_.self, filled); });
  const auto said =
      result.status == CJ_OK ? decode<Said>(view(result.head)) : Result<Said>(to_error(result));
  if (result.status == CJ_OK && !said) count_misuse("health");
  release_all(result);
  check.state = !said                       ? HealthState::down
                : said->state == "ok"       ? HealthState::ok
                : said->state == "degraded" ? HealthState::degraded
                                            : HealthState::down;
  check.detail = people_text(said ? said->detail : said.error().message, kErrorTextLimit);
}

// ---- What the services ask

bool PluginInstance::in_inline_call() const {
  return inline_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

bool PluginInstance::in_call() const {
  const auto self = std::this_thread::get_id();
  return in_inline_call() || std::any_of(slots_.get(), slots_.get() + slot_count_,
                                         [&](const Slot& slot) { return slot.thread == self; });
}

void PluginInstance::timer_due(const std::string& timer) {
  const auto done = call({}, CJ_CORE_TIMER, Json{{"name", timer}}.dump());
  if (!done && accepting_)
    log_.warn("plugin's timer failed", {{"timer", timer},
                                        {"class", to_string(done.error().error_class)},
                                        {"error", done.error().message}});
}

void PluginInstance::count_misuse(std::string_view what) const {
  metrics_.counter(metric::kPluginMisuse, {use_.name, what}).add();
}

}  // namespace conserje
