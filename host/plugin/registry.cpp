#include "plugin/registry.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "pipeline/schema.hpp"
#include "plugin/refusal.hpp"
#include "plugin/trust_rules.hpp"

namespace conserje {
namespace {

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

namespace {

bool have_same_bytes(const InspectedPlugin& one, const InspectedPlugin& other) {
  return one.vouched.digest == other.vouched.digest;
}

bool have_same_secrets(const InspectedPlugin& one, const InspectedPlugin& other) {
  if (one.secrets == nullptr || other.secrets == nullptr) return one.secrets == other.secrets;
  const auto& name = one.use.name;
  const auto handles = one.secrets->handles(name);
  return handles == other.secrets->handles(name) &&
         std::ranges::all_of(handles, [&](const std::string& handle) {
           return one.secrets->reveal(name, handle) == other.secrets->reveal(name, handle);
         });
}

}  // namespace

std::unique_ptr<Registry> Registry::open(std::vector<InspectedPlugin> plugins,
                                         const ServiceSources& sources,
                                         std::vector<Finding>& findings) {
  std::unique_ptr<Registry> registry(new Registry(sources));
  std::map<const SealedImage*, std::shared_ptr<const PluginCode>> loaded;  // Each file once.
  for (const auto& plugin : plugins) {
    auto& code = loaded[plugin.is_in_process() ? plugin.image.get() : nullptr];
    if (code == nullptr || !plugin.is_in_process()) {
      auto fresh = registry->maker_.load(plugin, nullptr);
      if (!fresh) {
        findings.push_back(finding_about(
            plugin.use, plugin.image->file().string() + ": " + fresh.error().message));
        continue;
      }
      code = *std::move(fresh);
    }
    auto made = registry->maker_.create(plugin, code);
    if (!made) {
      findings.push_back(finding_about(plugin.use, made.error().message));
      continue;
    }
    auto running = std::make_shared<Plugin>(made->instance, *sources.clock);
    registry->entries_.push_back({*std::move(made), std::move(running)});
  }
  return registry;
}

Registry::~Registry() { drain({}); }

void Registry::start(std::vector<Finding>& findings) {
  std::vector<Entry> running;
  for (auto& entry : entries_) {
    if (const auto started = maker_.start(entry.made); started) {
      running.push_back(std::move(entry));
    } else {
      findings.push_back(finding_about(entry.made.inspected.use, started.error().message));
      maker_.retire(entry.made, {});
    }
  }
  entries_ = std::move(running);
}

PluginMap Registry::by_name() const {
  const std::lock_guard lock(mutex_);
  PluginMap plugins;
  for (const auto& entry : entries_) plugins.emplace(entry.plugin->name(), entry.plugin);
  return plugins;
}

const Registry::Entry* Registry::entry_of(std::string_view name) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.plugin->name() == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::shared_ptr<Plugin> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto* entry = entry_of(name);
  return entry == nullptr ? nullptr : entry->plugin;
}

std::vector<std::shared_ptr<Plugin>> Registry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Plugin>> plugins;
  for (const auto& entry : entries_) plugins.push_back(entry.plugin);
  return plugins;
}

Vouched Registry::vouched(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto* entry = entry_of(name);
  return entry == nullptr ? Vouched{} : entry->made.inspected.vouched;
}

bool Registry::runs(const InspectedPlugin& plugin) const {
  const auto without_places = [](PluginUse use) {
    use.positions.clear();
    use.referenced.clear();
    return use;
  };
  const std::lock_guard lock(mutex_);
  const auto* entry = entry_of(plugin.use.name);
  if (entry == nullptr || entry->made.instance == nullptr) return false;
  const auto& running = entry->made.inspected;
  return without_places(running.use) == without_places(plugin.use) &&
         have_same_bytes(running, plugin) && have_same_secrets(running, plugin);
}

std::vector<std::string> Registry::drain(MonotonicTime deadline) {
  std::vector<std::string> stuck;
  while (!entries_.empty()) {
    auto last = std::move(entries_.back());
    {
      const std::lock_guard lock(mutex_);
      entries_.pop_back();
    }
    if (!maker_.retire(last.made, deadline)) stuck.push_back(last.plugin->name());
  }
  return stuck;
}

}  // namespace conserje
