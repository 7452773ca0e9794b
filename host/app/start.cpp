#include "app/start.hpp"

#include <algorithm>
#include <cstdlib>

#include "conserje/pms_types.hpp"
#include "conversation/catalogues.hpp"
#include "conversation/handlers.hpp"
#include "guard/system_random.hpp"
#include "pipeline/load.hpp"
#include "pipeline/source.hpp"
#include "plugin/trust_rules.hpp"

namespace conserje {
namespace {

/// Every event that this host tells.
constexpr std::string_view kEvents[] = {
    "reservation.created", "reservation.modified", "reservation.cancelled",
    "reservation.failed",  "handoff.opened",       "handoff.closed",
    "service.requested",   "deposit.received",     "deposit.decided"};

Vocabulary vocabulary(const Catalogues& catalogues) {
  Vocabulary words;
  for (const auto& row : handlers()) words.intents.emplace_back(row.intent);
  words.events.assign(std::begin(kEvents), std::end(kEvents));
  words.texts = text_keys(catalogues);
  return words;
}

/// A flow's tables are reserved by a plugin that can do that.
void check_tables(Checked& checked) {
  const auto& flows = checked.pipeline.flows;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const auto plugin = std::ranges::find(checked.plugins, flows[i].tables,
                                          [](const auto& inspected) { return inspected.use.name; });
    if (plugin == checked.plugins.end() || plugin->manifest.method(pms::method::tables) != nullptr)
      continue;
    const std::string path = "pipeline[" + std::to_string(i) + "].tables";
    checked.findings.push_back(
        {.at = checked.pipeline.position(path),
         .path = path,
         .found = "the plugin \"" + plugin->use.name + "\" (" + plugin->manifest.id +
                  ") reserves no tables: its manifest does not list the method tables",
         .needed = "a pms plugin that does, such as pms/mock; a house with rooms alone has none"});
  }
}

}  // namespace

std::filesystem::path own_executable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

Checked check_configuration(const std::filesystem::path& file) {
  Checked checked{.file = file};
  auto catalogues = shipped_catalogues();
  if (!catalogues) {
    checked.findings.push_back({.at = {}, .path = "", .found = catalogues.error().message});
    return checked;
  }
  const SystemSource source;
  auto loaded = load_pipeline(file, source, vocabulary(*catalogues));
  checked.findings = std::move(loaded.findings);
  checked.pipeline = std::move(loaded.pipeline);

  const char* environment = std::getenv("CONSERJE_PLUGIN_PATH");
  const auto folders = plugin_folders(environment == nullptr ? "" : environment,
                                      checked.pipeline.plugin_path, own_executable());
  const auto trust = read_trust(checked.pipeline, own_executable(), checked.findings);
  const auto secrets = std::make_shared<SecretStore>();
  checked.plugins = inspect_plugins(checked.pipeline.plugins, folders, trust, checked.pipeline.mode,
                                    *secrets, checked.findings);
  for (auto& plugin : checked.plugins) plugin.secrets = secrets;
  check_tables(checked);

  auto texts = Texts::create(*std::move(catalogues), checked.pipeline.texts);
  if (texts) {
    checked.texts = std::make_shared<const Texts>(*std::move(texts));
  } else {
    checked.findings.push_back({.at = checked.pipeline.position("texts"),
                                .path = "texts",
                                .found = texts.error().message});
  }
  return checked;
}

std::size_t load_for_a_look(Checked& checked) {
  const SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  const ServiceSources services{
      .log = Log::silent(), .clock = &clock, .metrics = &metrics, .random = &random};
  const auto registry = Registry::open(std::move(checked.plugins), services, checked.findings);
  return registry->all().size();
}

}  // namespace conserje
