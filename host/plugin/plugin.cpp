#include "plugin/plugin.hpp"

#include <algorithm>
#include <utility>

namespace conserje {
namespace {

constexpr std::chrono::hours kLongestWait{24};

}  // namespace

Plugin::Plugin(std::shared_ptr<PluginInstance> first, const Clock& clock, std::uint64_t generation)
    : name_(first->name()),
      clock_(clock),
      lent_(first),
      use_(first->use()),
      methods_(first->manifest().methods),
      generation_(generation) {}

std::shared_ptr<PluginInstance> Plugin::current() const {
  const std::lock_guard lock(mutex_);
  return lent_.borrow();
}

std::shared_ptr<PluginInstance> Plugin::current_by(const CallSpec& spec) const {
  std::unique_lock lock(mutex_);
  if (!lent_) {
    const auto time = spec.deadline == MonotonicTime{} ? MonotonicTime::duration(use_.deadline)
                                                       : spec.deadline - clock_.monotonic();
    switched_.wait_for(lock, std::min<MonotonicTime::duration>(time, kLongestWait),
                       [this] { return static_cast<bool>(lent_); });
  }
  return lent_.borrow();
}

bool Plugin::is_inline(std::uint32_t method) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(methods_, method, &PluginMethod::number);
  return found != methods_.end() && found->is_inline;
}

bool Plugin::offers(std::uint32_t method) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(methods_, method, &PluginMethod::number) != methods_.end();
}

std::uint64_t Plugin::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

Error Plugin::away() const {
  return {ErrorClass::retry, "plugin " + name_ + " is being replaced", Millis(1'000)};
}

Result<Reply> Plugin::call(const CallSpec& spec, std::uint32_t method, std::string_view head,
                           std::span<const std::string_view> attachments) {
  const auto instance = current_by(spec);
  if (instance == nullptr) return away();
  return instance->call(spec, method, head, attachments);
}

ResultView Plugin::invoke_inline(const CallSpec& spec, std::uint32_t method, std::string_view head,
                                 std::span<const std::string_view> attachments) {
  const auto instance = current();
  if (instance == nullptr) return PluginInstance::instead_of_a_call(away());
  return instance->invoke_inline(spec, method, head, attachments);
}

Error Plugin::bad_head(const Error& why) {
  const auto instance = current();
  return instance == nullptr ? why : instance->bad_head(why);
}

HealthCheck Plugin::health() const {
  if (const auto instance = current()) return instance->health();
  return {.name = "plugin " + name_,
          .required = use_.required,
          .state = HealthState::down,
          .detail = "being replaced"};
}

unsigned Plugin::cancel_overdue() {
  const auto instance = current();
  return instance == nullptr ? 0 : instance->cancel_overdue();
}

Lent<PluginInstance> Plugin::take_out() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lent_, {});
}

void Plugin::put_back(std::shared_ptr<PluginInstance> instance) {
  (void)lend(std::move(instance), false);
}

Lent<PluginInstance> Plugin::switch_to(std::shared_ptr<PluginInstance> next) {
  return lend(std::move(next), true);
}

Lent<PluginInstance> Plugin::lend(std::shared_ptr<PluginInstance> next, bool is_next) {
  Lent<PluginInstance> before(next);
  {
    const std::lock_guard lock(mutex_);
    std::swap(before, lent_);
    use_ = next->use();
    methods_ = next->manifest().methods;
    if (is_next) ++generation_;
  }
  switched_.notify_all();
  return before;
}

}  // namespace conserje
