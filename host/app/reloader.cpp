#include "app/reloader.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace conserje {
namespace {

constexpr Millis kDrain{10'000};  // For the calls of an instance that has been replaced.

Error busy() { return {ErrorClass::retry, "another reload is under way", Millis(1'000)}; }

/// The pipeline without what a reload of plugins looks after, and without places in the file.
Pipeline without_plugins(Pipeline pipeline) {
  pipeline.plugins.clear();
  pipeline.positions.clear();
  return pipeline;
}

std::vector<std::string> names_of(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const auto& plugin : pipeline.plugins) names.push_back(plugin.name);
  std::ranges::sort(names);
  return names;
}

}  // namespace

LivingSecrets::LivingSecrets(SecretStore first) { add(std::move(first)); }

std::optional<std::string_view> LivingSecrets::reveal(std::string_view plugin,
                                                      std::string_view handle) const {
  const std::lock_guard lock(mutex_);
  for (const auto* store : std::views::reverse(in_use_))
    if (const auto value = store->reveal(plugin, handle)) return value;
  return std::nullopt;
}

void LivingSecrets::add(SecretStore later) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::make_unique<const SecretStore>(std::move(later)));
  in_use_.push_back(kept_.back().get());
}

void LivingSecrets::forget_latest() {
  const std::lock_guard lock(mutex_);
  in_use_.pop_back();
}

Result<Checked> Reloader::read() const {
  auto fresh = check_configuration(parts_.file);
  if (!fresh.ok()) return Error{ErrorClass::config, report(fresh.findings)};
  return fresh;
}

Result<ReloadOutcome> Reloader::reload(const std::string& plugin) {
  const std::unique_lock lock(reloading_, std::try_to_lock);
  if (!lock.owns_lock()) return busy();
  auto fresh = read();
  if (!fresh) return fresh.error();
  const auto next = std::ranges::find(
      fresh->plugins, plugin, [](const InspectedPlugin& inspected) { return inspected.use.name; });
  if (next == fresh->plugins.end())
    return Error{ErrorClass::config,
                 "the file has no usable plugin " + plugin + "\n" + report(fresh->findings)};
  parts_.secrets.add(std::move(fresh->secrets));
  auto outcome = replace(*next);
  if (!outcome.reloaded) parts_.secrets.forget_latest();
  return outcome;
}

Result<std::vector<ReloadOutcome>> Reloader::reload_all() {
  const std::unique_lock lock(reloading_, std::try_to_lock);
  if (!lock.owns_lock()) return busy();
  auto fresh = read();
  if (!fresh) return fresh.error();
  std::vector<ReloadOutcome> outcomes;
  reload_changed(*fresh, outcomes);
  if (without_plugins(fresh->pipeline) != without_plugins(parts_.running) ||
      names_of(fresh->pipeline) != names_of(parts_.running))
    outcomes.push_back({.plugin = "(the rest of the file)",
                        .detail = "more than the settings of plugins has changed; restart the host",
                        .at = parts_.clock.now()});
  return outcomes;
}

void Reloader::reload_changed(Checked& fresh, std::vector<ReloadOutcome>& outcomes) {
  const auto has_other_secrets = [&](const PluginUse& use) {
    return std::ranges::any_of(fresh.secrets.handles(use.name), [&](const std::string& handle) {
      return fresh.secrets.reveal(use.name, handle) != parts_.secrets.reveal(use.name, handle);
    });
  };
  std::vector<const InspectedPlugin*> changed;
  for (const auto& plugin : fresh.plugins)
    if (parts_.registry.find(plugin.use.name) != nullptr &&
        (!parts_.registry.runs(plugin) || has_other_secrets(plugin.use)))
      changed.push_back(&plugin);
  if (changed.empty()) return;
  parts_.secrets.add(std::move(fresh.secrets));
  for (const auto* plugin : changed) outcomes.push_back(replace(*plugin));
}

ReloadOutcome Reloader::replace(const InspectedPlugin& next) {
  const auto began = parts_.clock.monotonic();
  const auto done = parts_.registry.reload(next, kDrain);
  const auto* plugin = parts_.registry.find(next.use.name);
  ReloadOutcome outcome{
      .plugin = next.use.name,
      .reloaded = done.has_value(),
      .generation = plugin == nullptr ? 0 : static_cast<std::int64_t>(plugin->generation()),
      .detail = done ? std::string() : done.error().message,
      .at = parts_.clock.now(),
      .took = std::chrono::duration_cast<Millis>(parts_.clock.monotonic() - began)};
  if (done) {
    parts_.log.info("plugin reloaded",
                    {{"plugin", outcome.plugin}, {"generation", outcome.generation}});
  } else {
    parts_.log.error("plugin not reloaded; the one before serves on",
                     {{"plugin", outcome.plugin}, {"error", outcome.detail}});
  }
  const std::lock_guard lock(mutex_);
  last_.insert_or_assign(outcome.plugin, outcome);
  return outcome;
}

std::optional<ReloadOutcome> Reloader::last(const std::string& plugin) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_.find(plugin);
  if (found == last_.end()) return std::nullopt;
  return found->second;
}

}  // namespace conserje
