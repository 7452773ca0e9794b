#include "plugin/plugin_change.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "plugin/refusal.hpp"

namespace conserje {
namespace {

bool runs_alone(const InspectedPlugin& next, const InspectedPlugin& before) {
  return next.manifest.exclusive || before.manifest.exclusive;
}

bool takes_over_state(const InspectedPlugin& next, const InspectedPlugin& before) {
  return next.manifest.state_export && before.manifest.state_export &&
         next.manifest.id == before.manifest.id;
}

bool is_up(const PluginInstance& instance) { return instance.health().state != HealthState::down; }

}  // namespace

PluginChange::~PluginChange() {
  if (committed_) return;
  for (auto& step : std::views::reverse(next_)) (void)take_back(step);
}

PluginChange::Entry* PluginChange::entry_of(const std::string& name) const {
  const std::lock_guard lock(registry_.mutex_);
  return const_cast<Entry*>(registry_.entry_of(name));
}

bool PluginChange::holds_up_calls(const InspectedPlugin& next) const {
  const auto* before = entry_of(next.use.name);
  return before != nullptr && (runs_alone(next, before->made.inspected) ||
                               takes_over_state(next, before->made.inspected));
}

Status PluginChange::make(InspectedPlugin next, Millis most) {
  auto* before = entry_of(next.use.name);
  auto code = registry_.maker_.load(next, before == nullptr ? nullptr : &before->made);
  if (!code) return code.error();
  if (before != nullptr && *code == before->made.code)
    next.image = before->made.inspected.image;  // One copy of the file is enough.
  if (holds_up_calls(next)) return make_in_turn(next, *std::move(code), *before, most);
  const bool must_be_up =
      before == nullptr || before->made.instance == nullptr || is_up(*before->made.instance);
  auto made = make_instance(next, *std::move(code), nullptr, must_be_up);
  if (!made) return made.error();
  next_.push_back({.name = next.use.name, .made = *std::move(made)});
  return Done{};
}

/// The one before gives way first.
Status PluginChange::make_in_turn(const InspectedPlugin& next,
                                  std::shared_ptr<const PluginCode> code, Entry& before,
                                  Millis most) {
  const auto inspected = before.made.inspected;
  const bool must_be_up = before.made.instance != nullptr && is_up(*before.made.instance);
  Next step{.name = next.use.name, .taken_out = before.plugin};
  (void)before.plugin->take_out().recall(most);
  auto outcome = give_way(step, before, runs_alone(next, inspected), most);
  if (outcome) {
    const bool hands_over = step.state && takes_over_state(next, inspected);
    auto made =
        make_instance(next, std::move(code), hands_over ? &*step.state : nullptr, must_be_up);
    if (made) {
      step.made = *std::move(made);
      next_.push_back(std::move(step));
      return Done{};
    }
    outcome = made.error();
  }
  const auto taken_back = take_back(step);
  if (taken_back) return outcome;
  return refusal(outcome.error().message +
                     "\nThe one before does not start again either: " + taken_back.error().message,
                 "one of both", kOperator, "mend it, then reload again");
}

/// Asks the one before for its state, and ends it when it has to give way wholly.
Status PluginChange::give_way(Next& step, Entry& before, bool wholly, Millis most) {
  auto& made = before.made;
  if (made.instance == nullptr) return Done{};  // An earlier reload could not make it again.
  if (made.inspected.manifest.state_export) {
    auto state = made.instance->export_state();
    if (!state)
      return refusal("it does not hand over its state: " + state.error().message,
                     "a plugin that answers export_state, as its manifest says", kVendor,
                     "report it with its version, " + made.inspected.manifest.version);
    step.state = *std::move(state);
  }
  if (!wholly) return Done{};
  MadeInstance ended{made.inspected, made.code, std::exchange(made.services, nullptr),
                     std::exchange(made.instance, nullptr)};
  if (registry_.maker_.retire(ended, registry_.maker_.sources().clock->monotonic() + most)) {
    step.has_ended = true;
    return Done{};
  }
  step.taken_out = nullptr;  // Nor can it be made again.
  return refusal("it does not return from a call, and cannot run twice",
                 "a plugin that keeps to its deadlines", kOperator, "restart the host");
}

Result<MadeInstance> PluginChange::make_instance(const InspectedPlugin& next,
                                                 std::shared_ptr<const PluginCode> code,
                                                 const PluginState* state, bool must_be_up) {
  auto made = registry_.maker_.create_and_start(next, std::move(code), state);
  if (!made || !must_be_up) return made;
  const auto health = made->instance->health();
  if (health.state != HealthState::down) return made;
  registry_.maker_.retire(*made, {});
  return refusal("the new instance says that it is down: " + health.detail,
                 "an instance that can serve", kOperator, "look into the host's log");
}

void PluginChange::remove(const std::string& name) { removed_.push_back(name); }

// ---- The end of it

/// As if it had not been made: what gave way for it serves again.
Status PluginChange::take_back(Next& step) {
  auto& maker = registry_.maker_;
  if (step.made) maker.retire(*step.made, {});
  if (step.taken_out == nullptr) return Done{};
  auto& before = *entry_of(step.name);
  if (step.has_ended) {
    auto again = maker.create_and_start(before.made.inspected, before.made.code,
                                        step.state ? &*step.state : nullptr);
    if (!again) {
      maker.sources().log.error("plugin could not be made again after a reload that failed",
                                {{"plugin", step.name}, {"error", again.error().message}});
      return again.error();
    }
    const std::lock_guard lock(registry_.mutex_);
    before.made = *std::move(again);
  }
  if (before.made.instance != nullptr) step.taken_out->put_back(before.made.instance);
  return Done{};
}

void PluginChange::commit() {
  committed_ = true;
  const std::lock_guard lock(registry_.mutex_);
  for (auto& step : next_) put_in_place(step);
  for (const auto& name : removed_) {
    const auto gone = std::ranges::find(registry_.entries_, name,
                                        [](const Entry& entry) { return entry.plugin->name(); });
    if (gone == registry_.entries_.end()) continue;
    former_.push_back({.removed = gone->plugin, .made = std::move(gone->made)});
    registry_.entries_.erase(gone);
  }
}

/// The registry is locked.
void PluginChange::put_in_place(Next& step) {
  auto& entries = registry_.entries_;
  const auto before = std::ranges::find(entries, step.name,
                                        [](const Entry& entry) { return entry.plugin->name(); });
  if (before == entries.end()) {
    auto plugin = std::make_shared<Plugin>(step.made->instance, *registry_.maker_.sources().clock);
    entries.push_back({*std::move(step.made), std::move(plugin)});
    return;
  }
  Former former{.made = std::exchange(before->made, *std::move(step.made))};
  const auto& next = before->made;
  if (next.inspected.manifest.kinds == former.made.inspected.manifest.kinds) {
    former.borrowed = before->plugin->switch_to(next.instance);
  } else {  // Who holds the plugin before would ask this one for what it cannot do.
    former.removed = before->plugin;
    before->plugin = std::make_shared<Plugin>(next.instance, *registry_.maker_.sources().clock,
                                              former.removed->generation() + 1);
  }
  former_.push_back(std::move(former));
}

void PluginChange::end_former(Millis most) {
  const auto& clock = *registry_.maker_.sources().clock;
  const auto deadline = clock.monotonic() + most;
  const auto left = [&] {
    return std::max(Millis(0), std::chrono::ceil<Millis>(deadline - clock.monotonic()));
  };
  for (auto& former : std::views::reverse(former_)) {
    if (former.removed != nullptr) former.borrowed = former.removed->take_out();
    (void)former.borrowed.recall(left());
    registry_.maker_.retire(former.made, deadline);
  }
  former_.clear();
}

}  // namespace conserje
