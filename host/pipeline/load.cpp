#include "pipeline/load.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pipeline/documents.hpp"
#include "pipeline/guest_sections.hpp"
#include "pipeline/section.hpp"
#include "pipeline/validate.hpp"

namespace conserje {
namespace {

using Kind = YamlValue::Kind;
using Strings = std::vector<std::string>;

const Strings kPluginKinds{"channel", "pms", "sink", "nlu", "speech"};

// ---- Single values -----------------------------------------------------------------------------

template <class T>
auto one_of(std::initializer_list<std::pair<std::string_view, T>> words) {
  return [words = std::vector(words)](const std::string& text) -> std::optional<T> {
    const auto found = std::ranges::find(words, text, &std::pair<std::string_view, T>::first);
    if (found == words.end()) return {};
    return found->second;
  };
}

/// At most 63 of a-z, 0-9 and `also`, the first one a letter or digit.
bool is_name(std::string_view text, std::string_view also) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz0123456789";
  return !text.empty() && text.size() <= 63 && kFirst.find(text[0]) != std::string_view::npos &&
         std::ranges::all_of(text, [&](char c) {
           return kFirst.find(c) != std::string_view::npos ||
                  also.find(c) != std::string_view::npos;
         });
}

auto name_with(std::string_view also) {
  return [also](const std::string& text) -> std::optional<std::string> {
    return is_name(text, also) ? std::optional(text) : std::nullopt;
  };
}

/// "HH:MM"
std::optional<std::chrono::minutes> time_of_day(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') return {};
  const auto hours = whole_number<unsigned>(text.substr(0, 2));
  const auto minutes = whole_number<unsigned>(text.substr(3));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
  return std::chrono::minutes(*hours * 60 + *minutes);
}

/// "127.0.0.1:8080" or "[::1]:8080".
std::optional<Listen> address_and_port(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  const auto port = whole_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
  auto address = text.substr(0, colon);
  const bool six = address.starts_with('[') && address.ends_with(']');
  if (six) address = address.substr(1, address.size() - 2);

  std::array<unsigned char, sizeof(in6_addr)> binary{};
  const bool known = inet_pton(six ? AF_INET6 : AF_INET, address.c_str(), binary.data()) == 1;
  if (!port || !known || address.find('\0') != std::string::npos) return {};
  return Listen{address, *port};
}

/// Without its last "/".
std::optional<std::string> http_url(const std::string& text) {
  const auto host = text.starts_with("https://")  ? text.substr(8)
                    : text.starts_with("http://") ? text.substr(7)
                                                  : "";
  if (host.empty() || host.starts_with('/') ||
      host.find_first_of(" \t\r\n\"<>?#") != std::string::npos)
    return {};
  return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

std::optional<std::string> store_url(const std::string& text) {
  for (const std::string_view scheme : {"sqlite:", "postgresql://", "postgres://"})
    if (text.starts_with(scheme) && text.size() > scheme.size()) return text;
  return {};
}

// ---- A plugin's config as JSON -----------------------------------------------------------------

/// A scalar without quotes is what YAML 1.2's core schema makes of it, but stays text where a
/// number would lose something: its leading zeros, or digits that 64 bits cannot hold.
nlohmann::json plain_to_json(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789+-.eE") != std::string::npos)
    return text;
  if (digits.size() > 1 && digits[0] == '0' && digits[1] != '.') return text;
  if (const auto number = whole_number<std::int64_t>(text)) return *number;
  if (digits.find_first_of(".eE") == std::string::npos) return text;
  double real{};
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, real);
  if (failure != std::errc{} || stop != end) return text;
  return real;
}

void to_json(const Reading& reading, const YamlValue& value,
             const nlohmann::json::json_pointer& pointer, const std::string& path,
             PluginUse& plugin, nlohmann::json& json) {
  plugin.positions[pointer.to_string()] = value.at;
  switch (value.kind) {
    case Kind::null: json = nullptr; break;
    case Kind::scalar: {
      auto resolved = reading.resolve_text(value, path);
      if (!resolved) break;
      if (resolved->had_reference) plugin.referenced.insert(pointer.to_string());
      json = value.quoted || resolved->had_reference ? nlohmann::json(resolved->text)
                                                     : plain_to_json(resolved->text);
      wipe(resolved->text);
      break;
    }
    case Kind::list:
      json = nlohmann::json::array();
      for (std::size_t i = 0; i < value.items.size(); ++i)
        to_json(reading, value.items[i], pointer / i, path + "[" + std::to_string(i) + "]", plugin,
                json.emplace_back());
      break;
    case Kind::map:
      json = nlohmann::json::object();
      for (const auto& entry : value.entries) {
        to_json(reading, entry.value, pointer / entry.key, path + "." + entry.key, plugin,
                json[entry.key]);
        plugin.positions[(pointer / entry.key).to_string()] = entry.at;
      }
      break;
  }
}

// ---- Sections ----------------------------------------------------------------------------------

using namespace std::chrono_literals;

void read_hotel(Section& hotel, Hotel& out) {
  hotel.name("name", out.name, "what guests call the house");
  hotel.require("name");
  hotel.text("address", out.address);
  hotel.text("phone", out.phone);
  read_location(hotel, out.location);
  const std::string time = "a time of day in quotes, such as \"15:00\"";
  hotel.read("check_in", out.check_in, time, time_of_day);
  hotel.read("check_out", out.check_out, time, time_of_day);
  hotel.read("latest_check_out", out.latest_check_out, time, time_of_day);
}

/// "09:00-13:00"; the end may be "24:00".
std::optional<DaySpan> day_span(const std::string& text) {
  if (text.size() != 11 || text[5] != '-') return {};
  const auto from = time_of_day(text.substr(0, 5));
  const auto to = text.ends_with("24:00") ? std::optional<std::chrono::minutes>(24h)
                                          : time_of_day(text.substr(6));
  if (!from || !to || *from >= *to) return {};
  return DaySpan{*from, *to};
}

/// Each word of the list as `parse` reads it; complains about those that it does not.
template <class T, class Parse>
void read_words_as(Section& section, std::string_view key, const std::string& needed, Parse parse,
                   std::vector<T>& out) {
  std::vector<std::string> words;
  section.words(key, words, needed);
  for (const auto& word : words) {
    if (const auto parsed = parse(word)) {
      out.push_back(*parsed);
    } else {
      section.complain_wrong(key, *section.peek(key));
    }
  }
}

/// Its keys are known, and read in vain, where the section is missing.
void read_hours(Section& top, std::optional<BusinessHours>& out) {
  constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed",
                                                     "thu", "fri", "sat"};
  BusinessHours read;
  top.section("hours", [&](Section& hours) {
    for (std::size_t day = 0; day < kDays.size(); ++day) {
      read_words_as(hours, kDays[day], "a list such as [\"09:00-13:00\", \"15:00-20:00\"]",
                    day_span, read.week[day]);
      std::ranges::sort(read.week[day], {}, &DaySpan::from);
    }
    read_words_as(
        hours, "holidays", "a list of dates such as [\"2026-12-25\"]",
        [](const std::string& text) { return parse_date(text); }, read.holidays);
    hours.words("gates", read.gates, "a list of intents, such as [human, service_request]");
    hours.words("urgent", read.urgent, "a list of intents, such as [complaint]");
  });
  if (top.peek("hours") != nullptr) out = std::move(read);
}

void read_log(Section& log, LogSettings& out) {
  log.read("level", out.level, "debug, info, warn or error",
           one_of<LogLevel>({{"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warn", LogLevel::warn},
                             {"error", LogLevel::error}}));
  log.path("file", out.file, "a path");
}

void read_limits(Section& limits, Limits& out) {
  limits.section("http", [&](Section& http) {
    http.number("max_connections", out.http.max_connections, 1U, 1'000'000U);
    http.number<std::size_t>("header_bytes", out.http.header_bytes, 1024, 64 * 1024);
    http.duration("header_timeout_ms", out.http.header_timeout, 100ms, 5min);
    http.duration("body_timeout_ms", out.http.body_timeout, 100ms, 10min);
    http.duration("idle_timeout_ms", out.http.idle_timeout, 100ms, 1h);
    http.number("failures_per_minute", out.http.failures_per_minute, 1U, 1'000'000U);
  });
  limits.section("conversation", [&](Section& conversation) {
    conversation.number("workers", out.conversation.workers, 1U, 64U);
    conversation.duration("lease_s", out.conversation.lease, 1s, 1h);
    conversation.duration("session_ttl_s", out.conversation.session_ttl, 1min, 8760h);
    conversation.number("messages_per_minute", out.conversation.messages_per_minute, 1U, 10'000U);
    conversation.schedule("retry_s", out.conversation.retry);
  });
  limits.section("delivery", [&](Section& delivery) {
    delivery.number("workers", out.delivery.workers, 1U, 64U);
    delivery.duration("lease_s", out.delivery.lease, 1s, 1h);
    delivery.duration("unknown_outcome_wait_s", out.delivery.unknown_outcome_wait, 0s, 24h);
    delivery.schedule("retry_replies_s", out.delivery.replies);
    delivery.schedule("retry_events_s", out.delivery.events);
  });
  limits.section("channels", [&](Section& channels) {
    channels.duration("health_every_s", out.channels.health_every, 0s, 24h);
    channels.duration("reconcile_every_s", out.channels.reconcile_every, 0s, 24h);
  });
  limits.section("media", [&](Section& media) {
    media.number<std::size_t>("max_bytes", out.media.max_bytes, 1024, 100 * 1024 * 1024);
    media.number("keep_days", out.media.keep_days, 1U, 3'650U);
  });
}

constexpr auto kListenNeeded = "an address and a port, such as 127.0.0.1:8080 or [::1]:8080";

/// Its keys are known, and read in vain, where the section is missing.
void read_admin(Section& top, std::optional<AdminSettings>& out) {
  AdminSettings settings;
  top.section("admin", [&](Section& admin) {
    admin.read("listen", settings.listen, kListenNeeded, address_and_port);
    admin.number("max_connections", settings.max_connections, 1U, 65'536U);
    admin.number<std::size_t>("body_bytes", settings.body_bytes, 1024, 16 * 1024 * 1024);
    admin.number("failures_per_minute", settings.failures_per_minute, 1U, 1'000'000U);
    admin.duration("token_memory_s", settings.token_memory, 0s, 1h);
  });
  if (top.peek("admin") != nullptr) out = settings;
}

void read_trusted_proxies(const Reading& reading, Section& top, std::vector<Network>& out) {
  const auto* list = top.take("trusted_proxies", Kind::list,
                              "a list of addresses and networks, such as [10.0.0.0/8, \"::1\"]");
  if (list == nullptr) return;
  for (const auto& item : list->items) {
    const auto resolved = item.kind == Kind::scalar ? reading.resolve_text(item, "trusted_proxies")
                                                    : std::optional<Resolved>();
    const auto network = resolved ? parse_network(resolved->text) : std::nullopt;
    if (network) {
      out.push_back(*network);
    } else {
      top.complain_wrong("trusted_proxies", item);
    }
  }
}

/// `use`: "kind/name", or the path of a shared object. Complains and gives an empty one when it is
/// neither.
void read_use(const Reading& reading, Section& section, PluginUse& plugin) {
  const std::string needed = "kind/name, such as channel/console, or a file, such as ./vendor.so";
  std::string use;
  section.name("use", use, needed);
  section.require("use");
  if (use.empty()) return;

  const auto at = reading.out.pipeline.position(section.path_of("use"));
  if (use.starts_with("./") || use.starts_with("../") || use.starts_with('/')) {
    plugin.use = (std::filesystem::path(at.file).parent_path() / use).lexically_normal().string();
    return;
  }
  const auto slash = use.find('/');
  const auto kind = use.substr(0, slash);
  const auto name = slash == std::string::npos ? "" : use.substr(slash + 1);
  if (std::ranges::find(kPluginKinds, kind) == kPluginKinds.end()) {
    auto fix = did_you_mean(kind, kPluginKinds);
    if (fix.empty()) fix = "the kinds are " + joined(kPluginKinds);
    reading.complain(at, section.path_of("use"), in_quotes(use) + " names no kind of plugin", fix,
                     "use: " + needed);
  } else if (!is_name(name, "-_")) {
    reading.complain(at, section.path_of("use"), in_quotes(use) + " names no plugin", "",
                     "use: " + needed);
  } else {
    plugin.kind = kind;
    plugin.use = use;
  }
}

/// Where a plugin's code runs, and how it is confined there.
void read_isolation(Section& section, PluginUse& plugin) {
  section.read("isolation", plugin.isolation, "in_process, process or process_per_instance",
               one_of<Isolation>({{"in_process", Isolation::in_process},
                                  {"process", Isolation::process},
                                  {"process_per_instance", Isolation::process_per_instance}}));
  section.read("sandbox", plugin.sandbox, "required, available or off",
               one_of<Sandbox>({{"required", Sandbox::required},
                                {"available", Sandbox::available},
                                {"off", Sandbox::off}}));
  section.number("memory_limit_mb", plugin.memory_limit_mb, 16U, 65'536U);
  section.section("restart", [&](Section& restart) {
    restart.number("deaths", plugin.restart.deaths, 1U, RestartRules::kMostDeaths);
    restart.duration("within_s", plugin.restart.within, 1s, 24h);
    restart.duration("quarantine_s", plugin.restart.quarantine, 1s, 24h);
  });
}

void read_reply_template(const Reading& reading, Section& section, PluginUse& plugin) {
  const bool is_there = section.peek("reply_template") != nullptr;
  ReplyTemplate out;
  section.section("reply_template", [&](Section& inner) {
    inner.text("name", out.name, "the provider's name of the template");
    if (is_there) inner.require("name");
    inner.each_entry("languages", "the provider's codes by ours, such as {es: es_AR}",
                     [&](const YamlEntry& entry, const std::string& path) {
                       if (const auto code = reading.resolve_text(entry.value, path))
                         out.languages[entry.key] = code->text;
                     });
  });
  if (is_there) plugin.reply_template = std::move(out);
}

void read_plugin(const Reading& reading, const YamlEntry& entry, const std::string& path) {
  const std::string needed = entry.key + ": {use: channel/console, config: {...}}";
  if (!is_name(entry.key, "-_")) {
    reading.complain(entry.at, path, in_quotes(entry.key) + " is not a name for a plugin", "",
                     "a-z, 0-9, \"-\", \"_\", at most 63, such as front-desk");
  }
  if (entry.value.kind != Kind::map) {
    reading.complain(entry.value.at, path, shown(entry.value) + " instead of a plugin's settings",
                     "", needed);
    return;
  }
  PluginUse plugin{.name = entry.key};
  Section section(reading, entry.value, path, "plugins.*");
  read_use(reading, section, plugin);
  section.flag("required", plugin.required);
  read_isolation(section, plugin);
  section.flag("allow_unsigned", plugin.allow_unsigned);
  section.flag("allow_rollback", plugin.allow_rollback);
  section.duration("deadline_ms", plugin.deadline, 10ms, 10min);
  section.number("max_in_flight", plugin.max_in_flight, 1U, 256U);
  section.number("max_waiting", plugin.max_waiting, 0U, 10'000U);
  read_reply_template(reading, section, plugin);
  plugin.positions[""] = entry.at;
  if (const auto* config = section.take("config", Kind::map, "the plugin's own settings"))
    to_json(reading, *config, nlohmann::json::json_pointer(), section.path_of("config"), plugin,
            plugin.config);
  section.finish();
  reading.out.pipeline.plugins.push_back(std::move(plugin));
}

void read_flow(Section& section, Flow& flow) {
  section.words("channels", flow.channels, "a list of channel plugins, such as [console]");
  section.require("channels");
  section.name("understand", flow.understand, "the name of an nlu plugin");
  section.require("understand");
  section.name("pms", flow.pms, "the name of a pms plugin, which lets rooms");
  section.name("tables", flow.tables, "the name of a pms plugin, which reserves tables");
  flow.has_rooms = section.peek("pms") != nullptr;
  if (!flow.has_rooms && flow.has_tables()) {
    flow.pms = flow.tables;
  } else {
    section.require("pms");
  }
  const auto* handlers = section.peek("handlers");
  const bool all = handlers != nullptr && handlers->kind == Kind::scalar && handlers->text == "all";
  const std::string needed = "all, or a list of intents, such as [greeting, make_reservation]";
  if (all) {
    section.take("handlers", Kind::scalar, needed);
  } else {
    section.words("handlers", flow.handlers, needed);
  }
  section.words("confirm_by", flow.confirm_by,
                "a list of channel plugins that write, such as [sms, mail]");
  section.name("speech", flow.speech, "the name of a speech plugin");
  section.name("speak", flow.speak, "the name of a speech plugin");
}

void read_notify(Section& section, Notify& notify) {
  section.name("to", notify.to, "the name of a sink plugin");
  section.require("to");
  section.words("events", notify.events,
                "a list of events, such as [\"reservation.*\", handoff.opened]");
  section.require("events");
  section.words("intents", notify.intents, "a list of intents, such as [complaint]");
}

/// `faq` and `texts`: a mapping of texts by language under each key.
void read_texts(const Reading& reading, Section& top, std::string_view key,
                std::map<std::string, Translations>& out) {
  const std::string shape = "{es: \"...\", en: \"...\"}";
  const auto read = [&](const YamlEntry& entry, const std::string& path) {
    const auto complain = [&](const YamlValue& value, const std::string& place) {
      reading.complain(value.at, place, shown(value) + " does not fit " + in_quotes(place), "",
                       entry.key + ": " + shape);
    };
    if (entry.value.kind != Kind::map) return complain(entry.value, path);
    for (const auto& text : entry.value.entries) {
      const auto place = path + "." + text.key;
      reading.out.pipeline.positions[place] = text.at;
      if (text.value.kind != Kind::scalar || text.value.text.empty()) {
        complain(text.value, place);
      } else if (auto resolved = reading.resolve_text(text.value, place)) {
        out[entry.key][text.key] = resolved->text;
      }
    }
  };
  top.each_entry(key, "texts by language, such as {wifi: " + shape + "}", read);
}

void read_plugin_path(const Reading& reading, Section& top,
                      std::vector<std::filesystem::path>& out) {
  const auto* list =
      top.take("plugin_path", Kind::list, "a list of folders, such as [/usr/lib/conserje/plugins]");
  if (list == nullptr) return;
  out.clear();
  for (const auto& item : list->items) {
    if (item.kind != Kind::scalar || item.text.empty()) {
      top.complain_wrong("plugin_path", item);
    } else if (const auto folder = reading.resolve_text(item, "plugin_path")) {
      const auto base = std::filesystem::path(item.at.file).parent_path();
      out.push_back((base / folder->text).lexically_normal());
    }
  }
}

/// A plugin's id, or its first parts with ".*" after them.
bool is_id_pattern(std::string_view pattern) {
  const auto prefix = pattern.ends_with(".*") ? pattern.substr(0, pattern.size() - 2) : pattern;
  return pattern == "*" || is_name(prefix, "-.");
}

void read_trust_key(Section& section, TrustKey& key) {
  const std::string ids = "the ids that it may sign, such as [com.acme.*]";
  section.read("name", key.name, "a-z, 0-9, \"-\", \"_\", at most 63, such as acme",
               name_with("-_"));
  section.require("name");
  section.text("key", key.key, "a minisign public key: RW and 54 characters more");
  section.require("key");
  section.words("ids", key.ids, ids);
  section.require("ids");
  const auto* list = section.peek("ids");
  if (!std::ranges::all_of(key.ids, is_id_pattern)) section.complain_wrong("ids", *list);
}

/// A file that is read together with the configuration.
void read_beside(const Reading& reading, Section& section, std::string_view key,
                 std::filesystem::path& out, const std::string& needed) {
  section.path(key, out, needed);
  if (out.empty()) return;
  const auto at = reading.out.pipeline.position(section.path_of(key));
  out = (std::filesystem::path(at.file).parent_path() / out).lexically_normal();
}

void read_trust(const Reading& reading, Section& trust, Trust& out) {
  trust.each_item("keys", "a list such as [{name: acme, key: RW..., ids: [com.acme.*]}]",
                  [&](Section& key) { read_trust_key(key, out.keys.emplace_back()); });
  trust.words("deny", out.deny, "a list of BLAKE2b-512 hashes, as b2sum prints them");
  read_beside(reading, trust, "lock", out.lock, "a file, such as plugins.lock");
  trust.number("require_conformance", out.require_conformance, 0U, kConformanceLevels);
}

/// The one place that knows every key of the file.
void read_pipeline(const Reading& reading, Section& top) {
  auto& out = reading.out.pipeline;
  unsigned version = 1;
  top.number("version", version, 1U, 1U);
  top.take("include", Kind::list, "a list of files, such as [faq.yaml]");  // Read already.
  top.read("mode", out.mode, "development or production",
           one_of<Mode>({{"development", Mode::development}, {"production", Mode::production}}));
  top.read("tenant", out.tenant, "a-z, 0-9, \"-\", at most 63, such as hotel-sol", name_with("-"));
  top.require("tenant");
  top.name("time_zone", out.time_zone, "an IANA time zone, such as America/Argentina/Buenos_Aires");
  top.require("time_zone");
  top.words("languages", out.languages, "a list of languages, such as [es, en]");
  top.section("hotel", [&](Section& hotel) { read_hotel(hotel, out.hotel); });
  read_flags(reading, top, out.flags);
  read_reviews(reading, top, out.reviews);
  read_hours(top, out.hours);
  top.read("listen", out.listen, kListenNeeded, address_and_port);
  top.read("public_url", out.public_url,
           "a URL without query, such as https://bot.hotel-sol.example", http_url);
  read_admin(top, out.admin);
  read_trusted_proxies(reading, top, out.trusted_proxies);
  top.path("data_dir", out.data_dir, "a folder, such as /var/lib/conserje/hotel-sol");
  top.read("store", out.store, "sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE",
           store_url);
  top.section("log", [&](Section& log) { read_log(log, out.log); });
  read_plugin_path(reading, top, out.plugin_path);
  top.section("trust", [&](Section& trust) { read_trust(reading, trust, out.trust); });
  top.each_entry(
      "plugins", "plugins by name, such as {console: {use: channel/console, config: {...}}}",
      [&](const YamlEntry& entry, const std::string& path) { read_plugin(reading, entry, path); });
  top.require("plugins");
  top.each_item("pipeline",
                "a list such as [{channels: [console], understand: builtin, pms: frontdesk}]",
                [&](Section& flow) { read_flow(flow, out.flows.emplace_back()); });
  top.require("pipeline");
  top.each_item("notify", "a list such as [{to: staff, events: [\"reservation.*\"]}]",
                [&](Section& notify) { read_notify(notify, out.notify.emplace_back()); });
  read_texts(reading, top, "faq", out.faq);
  read_texts(reading, top, "texts", out.texts);
  top.section("limits", [&](Section& limits) { read_limits(limits, out.limits); });
  top.finish();

  if (out.store.empty()) out.store = "sqlite:" + (out.data_dir / (out.tenant + ".db")).string();
}

/// Between ":" and "@" of a URL; empty when there is none.
std::string password_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto host = url.rfind('@');
  if (scheme == std::string::npos || host == std::string::npos) return {};
  const auto colon = url.find(':', scheme + 3);
  return colon < host ? url.substr(colon + 1, host - colon - 1) : "";
}

/// The password of a database URL is a secret like those of plugins.
void check_store_password(const Reading& reading, const YamlValue* store) {
  const auto password = password_of(reading.out.pipeline.store);
  if (store == nullptr || password.empty()) return;
  const auto written = password_of(store->text);
  check_secret({.mode = reading.out.pipeline.mode,
                .at = store->at,
                .path = "store",
                .value = password,
                .referenced = written.empty() || written.find("${") != std::string::npos},
               reading.out.findings);
}

}  // namespace

Loaded load_pipeline_text(std::string_view text, const std::filesystem::path& file,
                          const ConfigSource& source, const Vocabulary& vocabulary) {
  Loaded loaded;
  const auto document = read_documents(text, file, source, loaded.findings);
  loaded.pipeline.positions[""] = document.at;
  const Reading reading{source, loaded};
  Section top(reading, document, "", "");
  read_pipeline(reading, top);
  check_store_password(reading, document.find("store"));
  validate(loaded.pipeline, vocabulary, loaded.findings);
  return loaded;
}

Loaded load_pipeline(const std::filesystem::path& file, const ConfigSource& source,
                     const Vocabulary& vocabulary) {
  const auto text = source.file(file);
  if (text) return load_pipeline_text(*text, file, source, vocabulary);
  Loaded loaded;
  loaded.findings.push_back({Severity::error, {file.string()}, {}, text.error().message});
  return loaded;
}

}  // namespace conserje
