#include "plugin/plugin.hpp"

#include <future>
#include <utility>

namespace conserje {

struct Plugin::Lent {
  explicit Lent(std::shared_ptr<PluginInstance> owned) : instance(std::move(owned)) {}
  ~Lent() { given_back.set_value(); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  const std::shared_ptr<PluginInstance> instance;
  std::promise<void> given_back{};
};

std::shared_ptr<PluginInstance> Plugin::lend(const std::shared_ptr<Lent>& lent) {
  return {lent, lent->instance.get()};
}

Plugin::Plugin(std::shared_ptr<PluginInstance> first)
    : name_(first->name()), lent_(std::make_shared<Lent>(std::move(first))) {}

std::shared_ptr<PluginInstance> Plugin::current() const {
  const std::lock_guard lock(mutex_);
  return lend(lent_);
}

std::shared_ptr<PluginInstance> Plugin::current_by(const CallSpec& spec) const {
  std::unique_lock lock(mutex_);
  if (held_ &&
      !switched_.wait_for(lock, lent_->instance->time_for(spec), [this] { return !held_; }))
    return nullptr;
  return lend(lent_);
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
  std::shared_ptr<PluginInstance> instance;
  bool held = false;
  {
    const std::lock_guard lock(mutex_);
    instance = lend(lent_);
    held = held_;
  }
  if (held) return PluginInstance::instead_of_a_call(away());
  return instance->invoke_inline(spec, method, head, attachments);
}

void Plugin::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

std::shared_ptr<PluginInstance> Plugin::switch_to(std::shared_ptr<PluginInstance> next,
                                                  Millis most) {
  auto lent = std::make_shared<Lent>(std::move(next));
  {
    const std::lock_guard lock(mutex_);
    lent.swap(lent_);
    held_ = false;
    ++generation_;
  }
  switched_.notify_all();
  auto before = lent->instance;
  auto given_back = lent->given_back.get_future();
  lent.reset();
  given_back.wait_for(most);
  return before;
}

}  // namespace conserje
