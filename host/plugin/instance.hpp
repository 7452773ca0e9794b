#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "conserje/cj.h"
#include "conserje/json.hpp"
#include "conserje/state.hpp"
#include "conserje/wire.hpp"
#include "guard/clock.hpp"
#include "ops/health.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/call.hpp"
#include "plugin/call_result.hpp"
#include "plugin/call_threads.hpp"
#include "plugin/manifest.hpp"
#include "plugin/plugin_code.hpp"
#include "plugin/result_flaw.hpp"
#include "plugin/services.hpp"

namespace conserje {

/// The bounds of a state that is handed over: its bytes, and the time for either side.
inline constexpr std::size_t kStateLimit = 16 * 1024 * 1024;
inline constexpr Millis kStateTime{5'000};

class PluginInstance;

/// A plugin's result, looked at without a copy. Released with this object: until then the call is
/// one of those that PluginInstance::drain waits for. Every field has been checked against cj.h.
class ResultView {
 public:
  ResultView(ResultView&& other) noexcept
      : result_(std::exchange(other.result_, cj_result{})),
        instance_(std::exchange(other.instance_, nullptr)),
        share_(other.share_) {}
  ResultView& operator=(ResultView&&) = delete;
  ~ResultView();

  bool ok() const { return result_.status == CJ_OK; }
  /// JSON, not looked at yet: whoever decodes it reports a failure as bug. Empty: {}.
  std::string_view head() const { return view(result_.head); }
  std::size_t attachment_count() const { return result_.attachment_count; }
  std::string_view attachment(std::size_t index) const { return view(result_.attachments[index]); }
  /// Only when it is not ok().
  Error error() const;

 private:
  friend class PluginInstance;
  /// fill(result_) gets an empty result. In place, because a copy costs as much as the call.
  template <class F>
  ResultView(PluginInstance* instance, std::uint64_t share, F&& fill);

  cj_result result_;
  PluginInstance* instance_;  // Null: it was never asked.
  std::uint64_t share_;       // Of PluginInstance::state_: what this call holds.
};

/// One configured use of a plugin, and the guard around it: no exception, no lie and no crowd gets
/// past. In-process a call cannot be killed: so it runs on one of ServiceSources.call_threads, its
/// caller has an answer soon after the deadline, and the slot is lost until the call returns after
/// all; health() shows it, and once every slot is lost calls are refused at once. A worker's calls
/// end by themselves, so those run on the caller's thread, as do inline ones. Threads: any, unless
/// a function says otherwise.
class PluginInstance final : private ServiceClient {
 public:
  /// Calls the plugin's create, wherever its code runs. Errors: the plugin's own, or bug.
  /// [main thread]
  static Result<std::unique_ptr<PluginInstance>> create(const PluginUse& use,
                                                        const Manifest& manifest,
                                                        const PluginCode& code,
                                                        std::shared_ptr<HostServices> services,
                                                        const ServiceSources& sources);
  /// Drains and destroys what still runs. Not when drain() is false: then the plugin would come
  /// back into freed memory (Registry leaves such an instance behind). [main thread]
  ~PluginInstance() override;
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  const std::string& name() const { return use_.name; }
  const PluginUse& use() const { return use_; }
  const Manifest& manifest() const { return manifest_; }
  bool required() const { return use_.required; }
  /// How many calls run at once: the manifest's `concurrency`, at most the configuration's
  /// `max_in_flight`.
  unsigned slots() const { return slot_count_; }
  unsigned in_flight() const;
  /// Slots whose call did not return by its deadline, and whose caller has gone.
  unsigned lost_slots() const { return lost_; }

  /// One call; waits for a free slot, at most until the deadline. The reply's head is JSON.
  /// Errors: retry, nothing was asked: all slots are taken, or the plugin is draining; permanent,
  /// the manifest does not declare the method; bug, the plugin broke cj.h; any of the plugin's own.
  Result<Reply> call(const CallSpec& spec, std::uint32_t method, std::string_view head,
                     std::span<const std::string_view> attachments = {});

  /// The same, typed: In and Out are of the generated <kind>_types.hpp.
  template <class Out, class In>
  Result<Out> call_as(const CallSpec& spec, std::uint32_t method, const In& request) {
    auto reply = invoke(spec, method, encode(request));
    if (!reply.ok()) return reply.error();
    auto decoded = decode<Out>(reply.head());
    if (!decoded) return bad_head(decoded.error());
    return decoded;
  }

  /// call() without a copy of the reply, and without a look at its head. The same errors.
  ResultView invoke(const CallSpec& spec, std::uint32_t method, std::string_view head,
                    std::span<const std::string_view> attachments = {});

  /// The lean call of a method that the manifest lists as inline: no slot, no waiting, no copy. The
  /// same errors. [I/O thread]
  ResultView invoke_inline(const CallSpec& spec, std::uint32_t method, std::string_view head,
                           std::span<const std::string_view> attachments = {});

  /// What to show to a caller of invoke_inline that cannot be let in.
  static ResultView instead_of_a_call(const Error& error);

  /// What to answer when the head of a ResultView does not decode: class bug, and counted.
  Error bad_head(const Error& why);

  /// What the plugin hands over; nobody else may call meanwhile. Errors: those of call(), within
  /// kStateTime; bug, it is over kStateLimit or not what the schema says. [main thread]
  Result<PluginState> export_state();
  /// Hands over what a predecessor exported. Errors: those of call(), within kStateTime.
  /// [main thread, before start()]
  Status import_state(const PluginState& state);

  /// Begins background work; calls are refused before. [main thread, once]
  Status start(const CallSpec& spec);
  /// Refuses new calls, waits for those that run until the deadline, then asks them to stop, ends
  /// the background work and the host services. False: calls are stuck, and the instance is never
  /// destroyed. Again: nothing. [main thread]
  bool drain(const CallSpec& spec);

  /// What it says of itself, made worse by calls that are stuck. No I/O.
  HealthCheck health() const;

  /// What confines its worker on this machine; without items: it runs in this process.
  Enforced confinement() const { return confinement_ ? confinement_() : Enforced{}; }

  /// Asks the calls whose deadline has passed to return: sets their flag and calls the plugin's
  /// cancel, once for each. Returns how many are past their deadline now. app calls it every 100 ms
  /// or so.
  unsigned cancel_overdue();

 private:
  friend class ResultView;
  /// A call that runs, or room for one. `call_id` is 0 when it is free; its highest bit is set
  /// while cancel_overdue() works on the call, and whoever ends the call waits for that.
  struct Slot {
    std::atomic<std::uint64_t> call_id{0};
    std::atomic<std::uint64_t> deadline_ns{0};
    std::atomic<std::thread::id> thread{};
    std::atomic<std::uint32_t> cancelled{0};  // cj_call.cancelled points here.
    std::uint64_t calls = 0;                  // So far. For whoever holds the slot.
  };
  /// A declared method with its metrics, resolved once.
  struct Method {
    std::uint32_t number = 0;
    bool is_inline = false;
    std::array<Counter, 8> results{};  // By error class; 0: ok.
    Counter refused{};
    Histogram seconds{};
  };
  static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

  PluginInstance(const PluginUse& use, const Manifest& manifest,
                 std::shared_ptr<HostServices> services, const ServiceSources& sources);

  /// What is asked, borrowed. Passed on as one: its parts would not fit into registers.
  struct Question {
    const Method& method;
    const cj_call& call;
    std::string_view head;
    std::span<const std::string_view> attachments;
  };
  void perform(const Question& asked, cj_result& result) const;
  void perform_in(Slot& slot, const Question& asked, cj_result& result) const;
  struct ApartCall;
  std::shared_ptr<ApartCall> perform_apart(unsigned slot, const Question& asked);
  void count(const Method& method, std::uint32_t status, MonotonicTime started) const;
  template <class F>
  void guarded(cj_result& result, F&& plugin_function) const;
  template <class F>
  Status ask(F&& plugin_function) const;
  cj_call make_call(const CallSpec& spec, MonotonicTime now, std::uint64_t call_id) const;
  std::uint64_t next_call_id() const;
  const Method* find_method(std::uint32_t number) const;
  bool takes(const Method& method) const;
  ResultView cannot_ask(std::uint32_t method, std::size_t attachments) const;
  ResultView refused(const Method& method, std::string_view why) const;

  int try_acquire();
  int acquire(MonotonicTime deadline);
  void give_back(std::uint64_t share);
  template <class Condition>
  bool wait_until(MonotonicTime deadline, unsigned most_waiting, Condition&& condition);
  unsigned cancel_due(std::uint64_t now_ns);
  void ask_health(HealthCheck& check) const;

  bool in_inline_call() const override;
  bool in_call() const override;
  void timer_due(const std::string& name) override;
  void count_misuse(std::string_view what) const override;

  const PluginUse use_;
  const Manifest manifest_;
  const std::shared_ptr<HostServices> services_;
  const Clock& clock_;
  Metrics& metrics_;
  const Log log_;
  std::vector<Method> methods_;
  Gauge in_flight_gauge_;
  Gauge lost_gauge_;
  Counter overdue_counter_;
  CallThreads* const threads_;  // Null: calls run on their caller's thread.
  cj_instance table_{};         // Complete: what the plugin's own is too short for is null.

  std::function<Enforced()> confinement_{};

  std::atomic<bool> accepting_{false};
  bool started_ = false;
  bool drained_ = false;
  bool stuck_ = false;

  const unsigned slot_count_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<unsigned> lost_{0};
  /// Who is at work, in one word, so that the last one out knows whether anybody waits and touches
  /// this object no more when nobody does. Bit i below 32: slots_[i] is taken; above: the number of
  /// inline calls; kWaited: somebody waits for a change.
  std::atomic<std::uint64_t> state_{0};
  static constexpr std::uint64_t kSlots = 0xffff'ffff;
  static constexpr std::uint64_t kInlineCall = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kWaited = std::uint64_t{1} << 63;
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned waiting_ = 0;  // Guarded by mutex_; kWaited is set while it is not 0.

  std::atomic<std::thread::id> inline_thread_{};
  mutable std::atomic<std::uint64_t> calls_without_slot_{0};
};

}  // namespace conserje
