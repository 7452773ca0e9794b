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

Registry Registry::open(std::vector<InspectedPlugin> plugins, const ServiceSources& sources,
                        std::vector<Finding>& findings) {
  Registry registry;
  std::map<const SealedImage*, Result<Module>> modules;  // Each file is loaded once.
  const auto launcher = std::make_shared<Launcher>(sources.worker_executable);
  for (const auto& [use, image, manifest, vouched] : plugins) {
    if (*use.isolation != Isolation::in_process) {
      const auto seen = without_inline(manifest);
      const WorkerPlugin worker({launcher, image, use, seen,
                                 sources.log.with({{"plugin", use.name}}), sources.clock,
                                 sources.metrics, sources.worker_restart});
      registry.add(use, seen, worker, sources, findings);
      continue;
    }
    auto module = modules.find(image.get());
    if (module == modules.end())
      module = modules.emplace(image.get(), Module::load(image, CJ_ABI_VERSION)).first;
    if (!module->second) {
      findings.push_back(
          finding_about(use, image->file().string() + ": " + module->second.error().message));
      continue;
    }
    registry.add(use, manifest, *module->second, sources, findings);
  }
  return registry;
}

void Registry::add(const PluginUse& use, const Manifest& manifest, const PluginCode& code,
                   const ServiceSources& sources, std::vector<Finding>& findings) {
  auto services = std::make_shared<HostServices>(use, manifest, sources);
  services_.push_back(services);
  auto instance = PluginInstance::create(use, manifest, code, services, sources);
  if (instance)
    instances_.push_back(*std::move(instance));
  else
    findings.push_back(finding_about(use, failed_to("create", instance.error(), manifest).message));
}

Registry::~Registry() { drain({}); }

void Registry::start(std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < instances_.size();) {
    auto& instance = *instances_[i];
    const auto started = instance.start({});
    if (started) {
      ++i;
      continue;
    }
    findings.push_back(finding_about(
        instance.use(), failed_to("start", started.error(), instance.manifest()).message));
    remove(i);
  }
}

PluginInstance* Registry::find(std::string_view name) const {
  for (const auto& instance : instances_)
    if (instance->name() == name) return instance.get();
  return nullptr;
}

std::vector<std::string> Registry::drain(MonotonicTime deadline) {
  std::vector<std::string> stuck;
  while (!instances_.empty()) {
    auto& last = *instances_.back();
    if (!last.drain({.deadline = deadline})) stuck.push_back(last.name());
    remove(instances_.size() - 1);
  }
  return stuck;
}

/// Destroys an instance, or leaves it behind for good when the plugin does not return from a call.
void Registry::remove(std::size_t index) {
  auto& instance = instances_[index];
  if (!instance->drain({})) (void)instance.release();
  instances_.erase(instances_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace conserje
