#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/lent.hpp"
#include "plugin/instance.hpp"

namespace conserje {

/// One plugin of the pipeline, whichever generation of it runs: what the rooms hold. A reload puts
/// another instance in its place between two calls; no call is refused for it. Threads: any.
class Plugin {
 public:
  /// The clock outlives it. generation: the number of the first instance.
  Plugin(std::shared_ptr<PluginInstance> first, const Clock& clock, std::uint64_t generation = 1);
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const std::string& name() const { return name_; }
  /// The instance that runs, to look at; null: it has been taken out. A reload waits until it is
  /// given back.
  std::shared_ptr<const PluginInstance> running() const { return current(); }
  /// Grows with each switch.
  std::uint64_t generation() const;

  /// What the manifest of the last instance says of a method.
  bool is_inline(std::uint32_t method) const;
  bool offers(std::uint32_t method) const;

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

  /// Takes the instance out; calls wait for the next one. Recalling what is returned waits for the
  /// callers that are still on their way into it or wait for its result. [the reloading thread]
  [[nodiscard]] Lent<PluginInstance> take_out();
  /// Ends what take_out() began: the instance, or one made of the same, serves again.
  void put_back(std::shared_ptr<PluginInstance> instance);
  /// From now on calls go to `next`. What is returned: as take_out(). [the reloading thread]
  [[nodiscard]] Lent<PluginInstance> switch_to(std::shared_ptr<PluginInstance> next);

 private:
  std::shared_ptr<PluginInstance> current() const;
  /// Null: taken out, and none came by the call's deadline.
  std::shared_ptr<PluginInstance> current_by(const CallSpec& spec) const;
  Error away() const;

  Lent<PluginInstance> lend(std::shared_ptr<PluginInstance> next, bool is_next);

  const std::string name_;
  const Clock& clock_;
  mutable std::mutex mutex_{};  // Guards what follows.
  mutable std::condition_variable switched_{};
  Lent<PluginInstance> lent_;  // Nothing: taken out.
  PluginUse use_;              // Of the last one, as are
  std::vector<PluginMethod> methods_;
  std::uint64_t generation_;
};

}  // namespace conserje
