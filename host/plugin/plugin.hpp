#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "plugin/instance.hpp"

namespace conserje {

/// One plugin of the pipeline, whichever generation of it runs: what the rooms hold. A reload puts
/// another instance in its place between two calls; no call is refused for it. Threads: any.
class Plugin {
 public:
  explicit Plugin(std::shared_ptr<PluginInstance> first);
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const std::string& name() const { return name_; }
  /// Of the instance that runs, which must not be called through it.
  std::shared_ptr<const PluginInstance> running() const { return current(); }
  /// 1 for the first instance; grows with each switch.
  std::uint64_t generation() const;

  /// As PluginInstance's. While an exclusive plugin is between two instances, a call waits for the
  /// next one within its deadline, and an inline one is refused with class retry.
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
  Error bad_head(const Error& why) { return current()->bad_head(why); }
  HealthCheck health() const { return current()->health(); }
  unsigned cancel_overdue() { return current()->cancel_overdue(); }

  /// Lets no call in until switch_to(). [the reloading thread]
  void hold();
  /// From now on calls go to `next`; ends hold(). Returns the instance before, once no caller that
  /// found it is still on its way into it or waits for its result, after `most` at the latest; what
  /// runs on is for its drain(). [the reloading thread]
  std::shared_ptr<PluginInstance> switch_to(std::shared_ptr<PluginInstance> next, Millis most);

 private:
  std::shared_ptr<PluginInstance> current() const;
  /// Null: held, and nothing came by the call's deadline.
  std::shared_ptr<PluginInstance> current_by(const CallSpec& spec) const;
  Error away() const;

  /// Lends an instance to callers, and notices when the last of them has given it back.
  struct Lent;
  static std::shared_ptr<PluginInstance> lend(const std::shared_ptr<Lent>& lent);

  const std::string name_;
  mutable std::mutex mutex_{};  // Guards what follows.
  mutable std::condition_variable switched_{};
  std::shared_ptr<Lent> lent_;
  bool held_ = false;
  std::uint64_t generation_ = 1;
};

}  // namespace conserje
