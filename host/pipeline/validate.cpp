#include "pipeline/validate.hpp"

#include <date/tz.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "pipeline/glob.hpp"

namespace conserje {
namespace {

using Strings = std::vector<std::string>;

class Validation {
 public:
  Validation(const Pipeline& pipeline, const Vocabulary& vocabulary, std::vector<Finding>& findings)
      : pipeline_(pipeline), vocabulary_(vocabulary), findings_(findings) {}

  void run() {
    check_time_zone();
    check_languages();
    if (pipeline_.hours) check_hours(*pipeline_.hours);
    if (pipeline_.admin) check_admin(*pipeline_.admin);
    for (std::size_t i = 0; i < pipeline_.flows.size(); ++i)
      check_flow(pipeline_.flows[i], indexed("pipeline", i));
    for (std::size_t i = 0; i < pipeline_.notify.size(); ++i)
      check_notify(pipeline_.notify[i], indexed("notify", i));
    check_unused_plugins();
    for (const auto& [topic, texts] : pipeline_.faq) check_translations("faq." + topic, texts);
    for (const auto& [key, texts] : pipeline_.texts) {
      check_word("texts." + key, key, vocabulary_.texts, "a text of the catalogues");
      check_translations("texts." + key, texts);
    }
  }

 private:
  static std::string indexed(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
  }

  void complain(const std::string& path, std::string found, std::string fix = {},
                std::string needed = {}, Severity severity = Severity::error) {
    findings_.push_back({severity, pipeline_.position(path), path, std::move(found), std::move(fix),
                         std::move(needed)});
  }

  void check_time_zone() {
    if (pipeline_.time_zone.empty()) return;
    try {
      date::locate_zone(pipeline_.time_zone);
    } catch (const std::runtime_error&) {
      Strings zones;
      for (const auto& zone : date::get_tzdb().zones) zones.push_back(zone.name());
      complain("time_zone", in_quotes(pipeline_.time_zone) + " is no time zone of this machine",
               did_you_mean(pipeline_.time_zone, zones),
               "time_zone: an IANA time zone, such as America/Argentina/Buenos_Aires");
    }
  }

  void check_languages() {
    const Strings known(std::begin(kLanguages), std::end(kLanguages));
    for (std::size_t i = 0; i < pipeline_.languages.size(); ++i)
      check_word(indexed("languages", i), pipeline_.languages[i], known,
                 "a language of this release");
  }

  void check_hours(const BusinessHours& hours) {
    for (std::size_t i = 0; i < hours.gates.size(); ++i)
      check_word(indexed("hours.gates", i), hours.gates[i], vocabulary_.intents, "an intent");
    for (std::size_t i = 0; i < hours.urgent.size(); ++i)
      check_word(indexed("hours.urgent", i), hours.urgent[i], vocabulary_.intents, "an intent");
    if (std::ranges::all_of(hours.week, [](const auto& spans) { return spans.empty(); }))
      complain("hours", "\"hours\" opens on no day", "name the days that are open",
               "mon: [\"09:00-20:00\"]");
  }

  void check_admin(const AdminSettings& admin) {
    const auto& listen = admin.listen;
    if (listen.port != 0 && listen == pipeline_.listen)
      complain("admin.listen", "\"admin.listen\" is where \"listen\" is as well",
               "choose another port");
    const auto address = parse_address(listen.address);
    if (address && !is_loopback(*address))
      complain("admin.listen",
               "\"admin.listen\" can be reached from outside this machine, and is not encrypted",
               "put a proxy with TLS in front of it, or listen on 127.0.0.1", {},
               Severity::warning);
  }

  static bool is_loopback(const Address& address) {
    return network_of(address, 104) == parse_network("127.0.0.0/8") ||
           address == parse_address("::1");
  }

  /// `word` at `path` must be one of `known`; nothing is known when that is empty.
  void check_word(const std::string& path, const std::string& word, const Strings& known,
                  const std::string& what) {
    if (known.empty() || std::ranges::find(known, word) != known.end()) return;
    complain(path, in_quotes(word) + " is not " + what, did_you_mean(word, known),
             "one of " + joined(known));
  }

  /// `name` at `path` must be a plugin of this kind; that of a plugin file is told by its manifest
  /// later.
  void check_plugin(const std::string& path, const std::string& name, std::string_view kind) {
    if (name.empty()) return;
    used_.insert(name);
    const auto* plugin = pipeline_.plugin(name);
    if (plugin != nullptr && (plugin->kind.empty() || plugin->kind == kind)) return;
    Strings candidates;
    for (const auto& other : pipeline_.plugins)
      if (other.kind == kind || other.kind.empty()) candidates.push_back(other.name);
    complain(path,
             plugin == nullptr ? "no plugin is named " + in_quotes(name)
                               : in_quotes(name) + " is a plugin of kind " + plugin->kind,
             did_you_mean(name, candidates),
             "a plugin of kind " + std::string(kind) +
                 (candidates.empty() ? "; there is none" : ": " + joined(candidates)));
  }

  void check_flow(const Flow& flow, const std::string& path) {
    for (std::size_t i = 0; i < flow.channels.size(); ++i) {
      const auto& channel = flow.channels[i];
      const auto place = indexed(path + ".channels", i);
      check_plugin(place, channel, "channel");
      if (!claimed_.insert(channel).second)
        complain(place, in_quotes(channel) + " stands in two flows", "a channel leads to one flow");
    }
    check_plugin(path + ".understand", flow.understand, "nlu");
    if (flow.has_rooms) check_plugin(path + ".pms", flow.pms, "pms");
    check_plugin(path + ".tables", flow.tables, "pms");
    check_plugin(path + ".speech", flow.speech, "speech");
    check_plugin(path + ".speak", flow.speak, "speech");
    for (std::size_t i = 0; i < flow.handlers.size(); ++i)
      check_word(indexed(path + ".handlers", i), flow.handlers[i], vocabulary_.intents,
                 "an intent");
    check_confirm_by(flow, path + ".confirm_by");
  }

  /// One of the channels is enough: the others are for hotels that have them.
  void check_confirm_by(const Flow& flow, const std::string& path) {
    const auto known = [this](const std::string& name) {
      return pipeline_.plugin(name) != nullptr;
    };
    if (!flow.confirm_by.empty() && std::ranges::none_of(flow.confirm_by, known))
      return check_plugin(path, flow.confirm_by.front(), "channel");
    for (std::size_t i = 0; i < flow.confirm_by.size(); ++i)
      if (known(flow.confirm_by[i])) check_plugin(indexed(path, i), flow.confirm_by[i], "channel");
  }

  void check_notify(const Notify& notify, const std::string& path) {
    check_plugin(path + ".to", notify.to, "sink");
    for (std::size_t i = 0; i < notify.events.size(); ++i)
      check_glob(indexed(path + ".events", i), notify.events[i]);
    for (std::size_t i = 0; i < notify.intents.size(); ++i)
      check_word(indexed(path + ".intents", i), notify.intents[i], vocabulary_.intents,
                 "an intent");
  }

  void check_glob(const std::string& path, const std::string& glob) {
    const std::string needed =
        "an event such as reservation.created, or a glob such as \"reservation.*\"";
    const bool shape =
        !glob.empty() &&
        glob.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.*") == std::string::npos;
    if (!shape) return complain(path, in_quotes(glob) + " is not an event or a glob", "", needed);
    const auto& events = vocabulary_.events;
    const bool any =
        std::ranges::any_of(events, [&](const auto& event) { return glob_matches(glob, event); });
    if (!events.empty() && !any)
      complain(path, in_quotes(glob) + " fits no event", did_you_mean_glob(glob), needed);
  }

  /// For "resevation.*": the nearest event family, with the same star.
  std::string did_you_mean_glob(const std::string& glob) const {
    if (!glob.ends_with(".*")) return did_you_mean(glob, vocabulary_.events);
    std::set<std::string> families;
    for (const auto& event : vocabulary_.events)
      families.insert(event.substr(0, event.find('.')) + ".*");
    return did_you_mean(glob, Strings(families.begin(), families.end()));
  }

  void check_unused_plugins() {
    for (const auto& plugin : pipeline_.plugins)
      if (!used_.contains(plugin.name))
        complain("plugins." + plugin.name, "plugin " + in_quotes(plugin.name) + " is used nowhere",
                 "name it in \"pipeline\" or \"notify\", or remove it", {}, Severity::warning);
  }

  void check_translations(const std::string& path, const Translations& texts) {
    for (const auto& [language, text] : texts)
      check_word(path + "." + language, language, pipeline_.languages, "one of \"languages\"");
    for (const auto& language : pipeline_.languages)
      if (!texts.contains(language) && !pipeline_.positions.contains(path + "." + language))
        complain(path, in_quotes(path) + " has no text in " + in_quotes(language),
                 "guests of that language get another one", {}, Severity::warning);
  }

  const Pipeline& pipeline_;
  const Vocabulary& vocabulary_;
  std::vector<Finding>& findings_;
  std::set<std::string> used_;     // Plugins that something refers to.
  std::set<std::string> claimed_;  // Channels that have their flow.
};

}  // namespace

void validate(const Pipeline& pipeline, const Vocabulary& vocabulary,
              std::vector<Finding>& findings) {
  Validation(pipeline, vocabulary, findings).run();
}

}  // namespace conserje
