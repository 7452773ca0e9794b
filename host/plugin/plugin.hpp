#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/instance.hpp"

namespace conserje {

/// One plugin of the pipeline, whichever generation of it runs: what the rooms hold. A reload puts
/// another instance in its place between two calls; no call is refused for it. Threads: any.
class Plugin {
 public:
  /// The clock outlives it.
  Plugin(std::shared_ptr<PluginInstance> first, const Clock& clock);
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const std::string& name() const { return name_; }
  /// The instance that runs, to look at; null: it has been taken out. A reload waits until it is
  /// given back.
  std::shared_ptr<const PluginInstance> running() const { return current(); }
  /// 1 for the first instance; grows with each switch.
  std::uint64_t generation() const;

  /// What the manifest of the last instance says of a method.
  bool is_inline(std::uint32_t method) const;

  /// As PluginInstance's. While the instance is taken out a call waits for the next one within its
  /// deadline, and an inline one is refused with class retry.
  Result<Reply> call(const CallSpec& spec, std::uint32_t method, std::string_view head,
                     std::span<const std::string_view> attachments = {});
  template <class Out, class In>
  Result<Out> call_as(const CallSpec& spec, std::uint32_t method, const In& request) {
    const auto instance = current_by(spec);
    if (instance == nullptr) return away();
    return instance->call_as<Out>(spec, method, request);
  }
  ResultView invoke_inline(const CallSpec& spec, std::uint32_t method, std::string_view head,
                           std::span<const std::string_view> attachments = {});
  Error bad_head(const Error& why);
  HealthCheck health() const;
  unsigned cancel_overdue();

  /// Takes the instance out; calls wait for the next one. Returns once no caller that found it is
  /// still on its way into it or waits for its result, after `most` at the latest.
  /// [the reloading thread]
  void take_out(Millis most);
  /// From now on calls go to `next`; waits for the callers of the one before, as take_out().
  /// [the reloading thread]
  void switch_to(std::shared_ptr<PluginInstance> next, Millis most);

 private:
  std::shared_ptr<PluginInstance> current() const;
  /// Null: taken out, and none came by the call's deadline.
  std::shared_ptr<PluginInstance> current_by(const CallSpec& spec) const;
  Error away() const;

  /// Lends an instance to callers, and notices when the last of them has given it back.
  struct Lent;
  static std::shared_ptr<PluginInstance> lend(const std::shared_ptr<Lent>& lent);
  static void wait_for_the_last(std::shared_ptr<Lent> lent, Millis most);

  const std::string name_;
  const Clock& clock_;
  mutable std::mutex mutex_{};  // Guards what follows.
  mutable std::condition_variable switched_{};
  std::shared_ptr<Lent> lent_;  // Null: taken out.
  PluginUse use_;               // Of the last one, as are
  std::vector<std::uint32_t> inline_methods_;
  std::uint64_t generation_ = 1;
};

}  // namespace conserje
