#include "app/reloader.hpp"

#include <algorithm>
#include <utility>

#include "plugin/refusal.hpp"

namespace conserje {
namespace {

constexpr Millis kDrain{10'000};  // For the calls of what has been replaced.
/// In the outcomes, for what is no plugin: no plugin can have this name.
constexpr std::string_view kRest = "(pipeline)";

Error busy() { return {ErrorClass::retry, "another reload is under way", Millis(1'000)}; }

/// The pipeline without what is looked at for each plugin, and without places in the file.
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

std::string listed(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace

std::vector<std::string> keys_of_the_start(const Pipeline& running, const Pipeline& next) {
  std::vector<std::string> keys;
  const auto hold = [&](const char* key, bool is_same) {
    if (!is_same) keys.emplace_back(key);
  };
  hold("tenant", running.tenant == next.tenant);
  hold("listen", running.listen == next.listen);
  hold("admin", running.admin == next.admin);
  hold("data_dir", running.data_dir == next.data_dir);
  hold("store", running.store == next.store);
  hold("log.file", running.log.file == next.log.file);
  return keys;
}

// ---- What is to be done

Result<Checked> Reloader::read() const {
  if (stopped_) return Error{ErrorClass::cancelled, "the host stops"};
  auto fresh = check_configuration(parts_.file);
  if (!fresh.ok()) return Error{ErrorClass::config, report(fresh.findings)};
  return fresh;
}

/// Plugins that run, are still wanted, and could not run any more.
std::vector<std::string> Reloader::lost_by(const Checked& fresh) const {
  std::vector<std::string> lost;
  for (const auto& use : fresh.pipeline.plugins) {
    const bool is_usable = std::ranges::any_of(
        fresh.plugins,
        [&](const InspectedPlugin& inspected) { return inspected.use.name == use.name; });
    const bool was_there = parts_.current.borrow()->pipeline().plugin(use.name) != nullptr;
    if (!is_usable && (parts_.registry.find(use.name) != nullptr || !was_there))
      lost.push_back(use.name);
  }
  return lost;
}

/// Those whose calls a change holds up come last.
Reloader::Plugins Reloader::changed_in(const Checked& fresh, const PluginChange& change) const {
  Plugins changed;
  for (const auto& plugin : fresh.plugins)
    if (!parts_.registry.runs(plugin)) changed.push_back(&plugin);
  std::ranges::stable_partition(
      changed, [&](const InspectedPlugin* plugin) { return !change.holds_up_calls(*plugin); });
  return changed;
}

/// It is not required, and did not run before either.
bool Reloader::may_stay_away(const InspectedPlugin& plugin) const {
  return !plugin.use.required && parts_.registry.find(plugin.use.name) == nullptr &&
         parts_.current.borrow()->pipeline().plugin(plugin.use.name) != nullptr;
}

bool Reloader::is_of_another_kind(const InspectedPlugin& next) const {
  const auto plugin = parts_.registry.find(next.use.name);
  const auto running = plugin == nullptr ? nullptr : plugin->running();
  return running != nullptr && running->manifest().kinds != next.manifest.kinds;
}

// ---- Doing it

Result<ReloadOutcome> Reloader::reload(const std::string& plugin) {
  const std::unique_lock lock(reloading_, std::try_to_lock);
  if (!lock.owns_lock()) return busy();
  const auto began = parts_.clock.monotonic();
  const auto fresh = read();
  if (!fresh) return fresh.error();
  const auto next = std::ranges::find(
      fresh->plugins, plugin, [](const InspectedPlugin& inspected) { return inspected.use.name; });
  if (next == fresh->plugins.end())
    return Error{ErrorClass::config,
                 "the file has no usable plugin " + plugin + "\n" + report(fresh->findings)};
  if (is_of_another_kind(*next))
    return refusal("plugin " + plugin + " is of another kind now",
                   "the rest of the file, too, because it names the plugins by what they do",
                   kOperator, "conserje reload FILE, without the plugin's name");

  PluginChange change(parts_.registry);
  if (const auto made = change.make(*next, kDrain); !made)
    return concluded({outcome(plugin, false, made.error().message)}, began).front();
  auto sources = parts_.current.borrow()->sources();
  auto pipeline = *sources.pipeline;
  std::ranges::replace_if(
      pipeline.plugins, [&](const PluginUse& use) { return use.name == plugin; },
      *fresh->pipeline.plugin(plugin));
  sources.pipeline = std::make_shared<const Pipeline>(std::move(pipeline));
  change.commit();
  sources.plugins = parts_.registry.by_name();
  parts_.adopt(std::move(sources), kDrain);
  change.end_former(kDrain);
  return concluded({outcome(plugin, true, {})}, began).front();
}

Result<std::vector<ReloadOutcome>> Reloader::reload_all() {
  const std::unique_lock lock(reloading_, std::try_to_lock);
  if (!lock.owns_lock()) return busy();
  const auto began = parts_.clock.monotonic();
  auto fresh = read();
  if (!fresh) return fresh.error();
  const auto running = parts_.current.borrow()->sources().pipeline;
  if (const auto keys = keys_of_the_start(*running, fresh->pipeline); !keys.empty())
    return refusal("the file has other values for: " + listed(keys) + "; nothing was reloaded",
                   "the values with which the host was started: it cannot change these while it "
                   "runs",
                   kOperator, "restart the host, or put them back and reload again");
  if (const auto lost = lost_by(*fresh); !lost.empty())
    return Error{ErrorClass::config, "nothing was reloaded, because these plugins would not run: " +
                                         listed(lost) + "\n" + report(fresh->findings)};

  PluginChange change(parts_.registry);
  const auto changed = changed_in(*fresh, change);
  std::vector<ReloadOutcome> outcomes;  // First of those that stay away.
  if (const auto* failed = make_all(change, changed, outcomes))
    return concluded(with_the_others(std::move(outcomes), changed, failed->use.name), began);

  const auto before = parts_.registry.by_name();
  std::vector<std::string> gone;
  for (const auto& [name, plugin] : before)
    if (fresh->pipeline.plugin(name) == nullptr) gone.push_back(name);
  for (const auto& name : gone) change.remove(name);
  const bool has_other_rest = without_plugins(fresh->pipeline) != without_plugins(*running) ||
                              names_of(fresh->pipeline) != names_of(*running);
  if (outcomes.size() == changed.size() && !has_other_rest)
    return concluded(std::move(outcomes), began);

  change.commit();
  auto plugins = parts_.registry.by_name();
  for (const auto* plugin : changed)
    if (plugins.contains(plugin->use.name))
      outcomes.push_back(
          outcome(plugin->use.name, true, before.contains(plugin->use.name) ? "" : "added"));
  parts_.adopt({.pipeline = std::make_shared<const Pipeline>(std::move(fresh->pipeline)),
                .texts = std::move(fresh->texts),
                .plugins = std::move(plugins)},
               kDrain);
  change.end_former(kDrain);
  for (const auto& name : gone) outcomes.push_back(outcome(name, true, "removed"));
  if (has_other_rest) outcomes.push_back(outcome(std::string(kRest), true, {}));
  return concluded(std::move(outcomes), began);
}

/// Null, or the one for whose failure nothing is done. What was not made is in `failed`.
const InspectedPlugin* Reloader::make_all(PluginChange& change, const Plugins& plugins,
                                          std::vector<ReloadOutcome>& failed) const {
  for (const auto* plugin : plugins) {
    const auto made = change.make(*plugin, kDrain);
    if (made) continue;
    failed.push_back(outcome(plugin->use.name, false, made.error().message));
    if (!may_stay_away(*plugin)) return plugin;
  }
  return nullptr;
}

/// All that were left as they are, because `failed` could not be made.
std::vector<ReloadOutcome> Reloader::with_the_others(std::vector<ReloadOutcome> outcomes,
                                                     const Plugins& plugins,
                                                     const std::string& failed) const {
  for (const auto* plugin : plugins) {
    const auto& name = plugin->use.name;
    const bool is_told = std::ranges::any_of(
        outcomes, [&](const ReloadOutcome& outcome) { return outcome.plugin == name; });
    if (!is_told)
      outcomes.push_back(
          outcome(name, false, "left as it is, because " + failed + " cannot be reloaded"));
  }
  return outcomes;
}

// ---- What became of it

ReloadOutcome Reloader::outcome(const std::string& plugin, bool done, std::string detail) const {
  const auto running = parts_.registry.find(plugin);
  std::int64_t generation = 0;
  if (running != nullptr) generation = static_cast<std::int64_t>(running->generation());
  if (plugin == kRest) generation = parts_.current.borrow()->number();
  return {.plugin = plugin,
          .reloaded = done,
          .generation = generation,
          .detail = std::move(detail),
          .at = parts_.clock.now()};
}

/// Says in each how long all took, logs and remembers them.
std::vector<ReloadOutcome> Reloader::concluded(std::vector<ReloadOutcome> outcomes,
                                               MonotonicTime began) {
  const auto took = std::chrono::duration_cast<Millis>(parts_.clock.monotonic() - began);
  for (auto& outcome : outcomes) {
    outcome.took = took;
    if (outcome.reloaded) {
      parts_.log.audit("reloaded", {{"plugin", outcome.plugin},
                                    {"generation", outcome.generation},
                                    {"detail", outcome.detail}});
    } else {
      parts_.log.error("not reloaded; what ran before goes on",
                       {{"plugin", outcome.plugin}, {"error", outcome.detail}});
    }
    const std::lock_guard lock(mutex_);
    last_.insert_or_assign(outcome.plugin, outcome);
  }
  return outcomes;
}

std::optional<ReloadOutcome> Reloader::last(const std::string& plugin) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_.find(plugin);
  if (found == last_.end()) return std::nullopt;
  return found->second;
}

void Reloader::stop() {
  const std::lock_guard lock(reloading_);
  stopped_ = true;
}

}  // namespace conserje
