#include "plugin/registry.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "pipeline/schema.hpp"
#include "plugin/refusal.hpp"
#include "plugin/trust_rules.hpp"
#include "plugin/worker/proxy.hpp"

namespace conserje {
namespace {

/// Images of one plugin in this process, which never gives one back.
constexpr unsigned kMostImages = 16;

namespace fs = std::filesystem;

Finding finding_about(const PluginUse& use, const std::string& text) {
  const auto at = use.positions.find("");
  return {.severity = use.required ? Severity::error : Severity::warning,
          .at = at == use.positions.end() ? Position{} : at->second,
          .path = "plugins." + use.name + ".use",
          .found = "plugin \"" + use.name + "\": " + text};
}

/// "channel/console" for each file channel_console.so in the folders.
std::vector<std::string> plugins_in(std::span<const fs::path> folders) {
  std::vector<std::string> names;
  for (const auto& folder : folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      auto name = entry.path().stem().string();
      const auto separator = name.find('_');
      if (entry.path().extension() != ".so" || separator == std::string::npos) continue;
      name[separator] = '/';
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

struct File {
  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  PluginFile judged;
};

Result<File> read_file(const fs::path& path) {
  auto image = SealedImage::open(path);
  if (!image) return image.error();
  auto manifest = read_manifest((*image)->bytes(), Platform::current());
  if (!manifest) return manifest.error();
  auto judged = plugin_file_of(**image, *manifest);
  if (!judged) return judged.error();
  (*image)->have_been_read();
  return File{*std::move(image), *std::move(manifest), *std::move(judged)};
}

Status check_kind(const PluginUse& use, const Manifest& manifest) {
  if (use.is_file() || manifest.has_kind(use.kind)) return Done{};
  std::string offered;
  for (const auto& kind : manifest.kinds) offered += (offered.empty() ? "" : ", ") + kind.name;
  return refusal(
      "it is of the kind " + offered, "one of the kind " + use.kind, kOperator,
      "install the right file in its place, or load this one by its path: use: ./FILE.so");
}

/// The plugin of this use and this file, when it may be loaded.
Result<InspectedPlugin> accept(const Result<File>& file, const PluginUse& use,
                               const TrustRules& trust) {
  if (!file) return file.error();
  const auto vouched = judge(trust, file->judged, use);
  if (!vouched) return vouched.error();
  const auto place = default_isolation(*vouched, use);
  if (!place) return place.error();
  if (const auto fits = check_kind(use, file->manifest); !fits) return fits.error();
  InspectedPlugin plugin{use, file->image, file->manifest, *vouched};
  plugin.use.isolation = *place;
  if (use.is_file()) plugin.use.kind = file->manifest.kinds.front().name;
  return plugin;
}

bool is_in_process(const InspectedPlugin& plugin) {
  return plugin.use.isolation.value_or(Isolation::in_process) == Isolation::in_process;
}

/// What a plugin said when it was created or started.
Error failed_to(const std::string& step, const Error& error, const Manifest& manifest) {
  const auto found =
      step + " failed (" + std::string(to_string(error.error_class)) + "): " + error.message;
  if (error.error_class == ErrorClass::bug)
    return refusal(
        found, "a plugin that keeps to cj.h", kVendor,
        "report it" +
            (manifest.support_url.empty() ? std::string() : " to " + manifest.support_url) +
            " with its version, " + manifest.version);
  return refusal(found, "what the plugin asks for", kOperator,
                 "correct its `config`, then look again with: conserje check");
}

}  // namespace

std::vector<fs::path> plugin_folders(std::string_view environment,
                                     std::span<const fs::path> configured,
                                     const fs::path& executable) {
  std::vector<fs::path> folders;
  while (!environment.empty()) {
    const auto end = std::min(environment.find(':'), environment.size());
    if (end > 0) folders.emplace_back(environment.substr(0, end));
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  folders.insert(folders.end(), configured.begin(), configured.end());
  const auto beside = executable.parent_path();
  folders.push_back(beside / "plugins");
  folders.push_back(beside.parent_path() / "lib" / "conserje" / "plugins");
  return folders;
}

Result<fs::path> locate_plugin(const PluginUse& use, std::span<const fs::path> folders) {
  if (use.is_file()) return fs::path(use.use);
  auto file = use.use + ".so";
  std::replace(file.begin(), file.end(), '/', '_');
  std::string searched;
  for (const auto& folder : folders) {
    std::error_code error;
    if (fs::exists(folder / file, error)) return folder / file;
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  const auto installed = plugins_in(folders);
  const auto meant = nearest(use.use, installed);
  return refusal(use.use + " is not installed: there is no " + file,
                 "this file in one of " + searched, kOperator,
                 meant.empty()
                     ? "name the folder that holds it: plugin_path: [FOLDER]"
                     : "did you mean `use: " + std::string(meant) +
                           "`? If not, name the folder that holds it: plugin_path: [FOLDER]");
}

std::vector<InspectedPlugin> inspect_plugins(std::span<const PluginUse> uses,
                                             std::span<const fs::path> folders,
                                             const TrustRules& trust, Mode mode,
                                             SecretStore& secrets, std::vector<Finding>& findings) {
  std::vector<InspectedPlugin> plugins;
  std::map<fs::path, Result<File>> files;  // Several uses of one file share its image.
  for (const PluginUse& configured : uses) {
    const auto path = locate_plugin(configured, folders);
    if (!path) {
      findings.push_back(finding_about(configured, path.error().message));
      continue;
    }
    auto file = files.find(*path);
    if (file == files.end()) file = files.emplace(*path, read_file(*path)).first;
    auto plugin = accept(file->second, configured, trust);
    if (!plugin) {
      findings.push_back(finding_about(configured, path->string() + ": " + plugin.error().message));
      continue;
    }
    const auto known = findings.size();
    check_config(plugin->manifest.config_schema, mode, plugin->use, secrets, findings);
    if (!has_errors(std::span(findings).subspan(known))) plugins.push_back(*std::move(plugin));
  }
  return plugins;
}

// ---- Life

Registry::Registry(const ServiceSources& sources)
    : sources_(sources), launcher_(std::make_shared<Launcher>(sources.worker_executable)) {}

std::unique_ptr<Registry> Registry::open(std::vector<InspectedPlugin> plugins,
                                         const ServiceSources& sources,
                                         std::vector<Finding>& findings) {
  std::unique_ptr<Registry> registry(new Registry(sources));
  std::map<const SealedImage*, std::shared_ptr<const PluginCode>> loaded;  // Each file once.
  for (const auto& plugin : plugins) {
    auto& code = loaded[is_in_process(plugin) ? plugin.image.get() : nullptr];
    if (code == nullptr || !is_in_process(plugin)) {
      auto fresh = registry->load(plugin, nullptr);
      if (!fresh) {
        findings.push_back(finding_about(
            plugin.use, plugin.image->file().string() + ": " + fresh.error().message));
        continue;
      }
      code = *std::move(fresh);
    }
    auto made = registry->create(plugin, code);
    if (!made) {
      findings.push_back(finding_about(plugin.use, made.error().message));
      continue;
    }
    auto entry = std::make_unique<Entry>(Entry{*std::move(made), nullptr});
    entry->plugin = std::make_unique<Plugin>(entry->made.instance, *sources.clock);
    registry->entries_.push_back(std::move(entry));
  }
  return registry;
}

Registry::~Registry() { drain({}); }

void Registry::start(std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < entries_.size();) {
    auto& made = entries_[i]->made;
    const auto started = made.instance->start({});
    if (started) {
      ++i;
      continue;
    }
    findings.push_back(finding_about(
        made.inspected.use, failed_to("start", started.error(), made.inspected.manifest).message));
    retire(made, {});
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Registry::Entry* Registry::find_entry(std::string_view name) {
  for (const auto& entry : entries_)
    if (entry->plugin->name() == name) return entry.get();
  return nullptr;
}

Plugin* Registry::find(std::string_view name) const {
  for (const auto& entry : entries_)
    if (entry->plugin->name() == name) return entry->plugin.get();
  return nullptr;
}

std::vector<Plugin*> Registry::all() const {
  std::vector<Plugin*> plugins;
  for (const auto& entry : entries_) plugins.push_back(entry->plugin.get());
  return plugins;
}

Vouched Registry::vouched(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_)
    if (entry->plugin->name() == name) return entry->made.inspected.vouched;
  return {};
}

bool Registry::runs(const InspectedPlugin& plugin) const {
  const auto without_places = [](PluginUse use) {
    use.positions.clear();
    use.referenced.clear();
    return use;
  };
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(entries_, [&](const std::unique_ptr<Entry>& entry) {
    const auto& running = entry->made.inspected;
    return running.use.name == plugin.use.name &&
           without_places(running.use) == without_places(plugin.use) &&
           running.image->bytes() == plugin.image->bytes();
  });
}

std::vector<std::string> Registry::drain(MonotonicTime deadline) {
  std::vector<std::string> stuck;
  while (!entries_.empty()) {
    auto& last = *entries_.back();
    if (!retire(last.made, deadline)) stuck.push_back(last.plugin->name());
    entries_.pop_back();
  }
  return stuck;
}

/// Drains an instance and lets it go, or leaves it behind for good when it does not return from a
/// call: false.
bool Registry::retire(Made& made, MonotonicTime deadline) {
  if (made.instance == nullptr) return true;
  late_services_.push_back(std::move(made.services));
  const bool idle = made.instance->drain({.deadline = deadline});
  if (!idle) left_behind_.push_back(made.instance);
  made.instance.reset();
  return idle;
}

// ---- Making one

Result<std::shared_ptr<const PluginCode>> Registry::load(const InspectedPlugin& plugin,
                                                         Entry* before) {
  const auto& [use, image, manifest, vouched] = plugin;
  if (!is_in_process(plugin)) {
    auto sealed = SealedImage::sealed(image);
    if (!sealed) return sealed.error();
    return std::shared_ptr<const PluginCode>(
        std::make_shared<WorkerPlugin>(WorkerParts{.launcher = launcher_,
                                                   .image = *std::move(sealed),
                                                   .use = use,
                                                   .manifest = without_inline(manifest),
                                                   .log = sources_.log.with({{"plugin", use.name}}),
                                                   .clock = sources_.clock,
                                                   .metrics = sources_.metrics}));
  }
  if (before != nullptr && is_in_process(before->made.inspected) &&
      before->made.inspected.image->bytes() == image->bytes())
    return before->made.code;
  if (before != nullptr && before->images == kMostImages)
    return refusal("this process has loaded " + std::to_string(kMostImages) +
                       " files for it, one after the other, and cannot give them back",
                   "a fresh process", kOperator,
                   "restart the host, or set `isolation: process` for this plugin");
  auto module = Module::load(image, CJ_ABI_VERSION);
  if (!module) return module.error();
  if (before != nullptr) ++before->images;
  return std::shared_ptr<const PluginCode>(std::make_shared<Module>(*std::move(module)));
}

Result<Registry::Made> Registry::create(const InspectedPlugin& plugin,
                                        std::shared_ptr<const PluginCode> code) {
  auto kept = plugin;
  kept.manifest.config_schema = nullptr;  // Has been checked against, and is the largest part.
  const auto seen = is_in_process(plugin) ? kept.manifest : without_inline(kept.manifest);
  auto services = std::make_shared<HostServices>(plugin.use, seen, sources_);
  auto instance = PluginInstance::create(plugin.use, seen, *code, services, sources_);
  if (!instance) {
    late_services_.push_back(std::move(services));
    return failed_to("create", instance.error(), plugin.manifest);
  }
  return Made{std::move(kept), std::move(code), std::move(services), *std::move(instance)};
}

Result<Registry::Made> Registry::create_and_start(const InspectedPlugin& plugin,
                                                  std::shared_ptr<const PluginCode> code) {
  auto made = create(plugin, std::move(code));
  if (!made) return made;
  if (const auto started = made->instance->start({}); !started) {
    retire(*made, {});
    return failed_to("start", started.error(), plugin.manifest);
  }
  return made;
}

// ---- Replacing one

Status Registry::reload(const InspectedPlugin& next, Millis most) {
  const std::unique_lock lock(reloading_, std::try_to_lock);
  if (!lock.owns_lock())
    return Error{ErrorClass::retry, "another reload is under way", Millis(1'000)};
  auto* entry = find_entry(next.use.name);
  if (entry == nullptr)
    return Error{ErrorClass::config,
                 "the plugin " + next.use.name + " does not run; restart the host to add it"};
  auto code = load(next, entry);
  if (!code) return code.error();
  const bool alone = next.manifest.exclusive || entry->made.inspected.manifest.exclusive;
  return alone ? reload_alone(next, *std::move(code), *entry, most)
               : reload_beside(next, *std::move(code), *entry, most);
}

Status Registry::reload_beside(const InspectedPlugin& next, std::shared_ptr<const PluginCode> code,
                               Entry& entry, Millis most) {
  auto made = create_and_start(next, std::move(code));
  if (!made) return made.error();
  const auto health = made->instance->health();
  if (health.state == HealthState::down && entry.plugin->health().state != HealthState::down) {
    retire(*made, {});
    return refusal("the new instance says that it is down: " + health.detail,
                   "an instance that can serve", kOperator, "look into the host's log");
  }
  entry.plugin->switch_to(made->instance, most);
  auto before = exchange_made(entry, *std::move(made));
  retire(before, sources_.clock->monotonic() + most);
  return Done{};
}

Status Registry::reload_alone(const InspectedPlugin& next, std::shared_ptr<const PluginCode> code,
                              Entry& entry, Millis most) {
  const auto inspected_before = entry.made.inspected;
  const auto code_before = entry.made.code;
  entry.plugin->take_out(most);
  auto before = exchange_made(entry, Made{inspected_before, code_before, nullptr, nullptr});
  if (!retire(before, sources_.clock->monotonic() + most))
    return refusal("it does not return from a call, and cannot run twice",
                   "a plugin that keeps to its deadlines", kOperator, "restart the host");

  auto made = create_and_start(next, std::move(code));
  Status outcome = Done{};
  if (!made) {
    outcome = made.error();
    made = create_and_start(inspected_before, code_before);
    if (!made)
      return refusal(outcome.error().message +
                         "\nThe one before does not start again either: " + made.error().message,
                     "one of both", kOperator, "mend it, then reload again");
  }
  entry.plugin->switch_to(made->instance, most);
  exchange_made(entry, *std::move(made));
  return outcome;
}

Registry::Made Registry::exchange_made(Entry& entry, Made made) {
  const std::lock_guard lock(mutex_);
  return std::exchange(entry.made, std::move(made));
}

}  // namespace conserje
