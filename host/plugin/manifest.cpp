#include "plugin/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "conserje/json.hpp"
#include "pipeline/finding.hpp"
#include "pipeline/schema.hpp"
#include "plugin/http_access.hpp"
#include "plugin/kinds.hpp"
#include "plugin/refusal.hpp"

namespace conserje {
namespace {

constexpr std::size_t kTextLimit = 256;  // Bytes of a name, an id, an address.
constexpr std::size_t kListLimit = 256;  // Entries of a list.
constexpr int kDepthLimit = 64;          // Of the whole JSON text.

/// How deep the brackets of a JSON text nest.
int depth_of(std::string_view json) {
  int depth = 0;
  int deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

/// A value of the manifest as it may stand in a message: JSON, at most a line of it.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 80) text = text.substr(0, 80) + "...";
  return text;
}

Error wrong(const std::string& found, const std::string& needed) {
  return refusal("its manifest is wrong: " + found, needed, kVendor,
                 "mend manifest.json or config.schema.json and build the plugin again");
}

/// The members of one object. The first thing that is wrong is kept; what is read afterwards does
/// not matter any more.
class Members {
 public:
  Members(const Json& object, std::string path, std::optional<Error>& error)
      : object_(object), path_(std::move(path)), error_(error) {
    if (object.is_object() || error_) return;
    const auto self = path_.empty() ? "it" : path_.substr(0, path_.size() - 1);
    error_ = wrong(self + " is " + shown(object), "an object");
  }

  /// The member, or null when it is absent.
  const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json* require(const char* name, const std::string& needed) {
    const Json* value = find(name);
    if (value == nullptr && !error_) error_ = wrong(path_ + name + " is missing", needed);
    return value;
  }
  void fail(const std::string& name, const Json& value, const std::string& needed) {
    if (!error_) error_ = wrong(path_ + name + " is " + shown(value), needed);
  }

  void text(const char* name, std::string& out) {
    const Json* value = find(name);
    if (value == nullptr) return;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > kTextLimit)
      return fail(name, *value, "a text of at most " + std::to_string(kTextLimit) + " bytes");
    out = value->get<std::string>();
  }
  void flag(const char* name, bool& out) {
    const Json* value = find(name);
    if (value == nullptr) return;
    if (!value->is_boolean()) return fail(name, *value, "true or false");
    out = value->get<bool>();
  }
  template <class T>
  void number(const char* name, T& out, std::uint64_t least, std::uint64_t most) {
    const Json* value = find(name);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() < least ||
        value->get<std::uint64_t>() > most)
      return fail(name, *value,
                  "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    out = static_cast<T>(value->get<std::uint64_t>());
  }
  void texts(const char* name, std::vector<std::string>& out) {
    const Json* value = find(name);
    if (value == nullptr) return;
    const auto is_text = [](const Json& item) {
      return item.is_string() && item.get_ref<const std::string&>().size() <= kTextLimit;
    };
    if (!value->is_array() || value->size() > kListLimit ||
        !std::all_of(value->begin(), value->end(), is_text))
      return fail(name, *value, "a list of texts");
    for (const Json& item : *value) out.push_back(item.get<std::string>());
  }

 private:
  const Json& object_;
  std::string path_;
  std::optional<Error>& error_;
};

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// "cj.channel.console": at least two parts of a-z, 0-9 and "-".
bool is_id(std::string_view id) {
  if (id.find('.') == std::string_view::npos) return false;
  bool at_start = true;
  for (const char c : id) {
    if (at_start && !is_lower_or_digit(c)) return false;
    if (!is_lower_or_digit(c) && c != '-' && c != '.') return false;
    at_start = c == '.';
  }
  return !at_start;
}

/// "1.4.0", then perhaps "-" and more of a-z, 0-9, "." and "-".
bool is_version(std::string_view version) {
  for (int part = 0; part < 3; ++part) {
    unsigned number = 0;
    const char* end = version.data() + version.size();
    const auto [stop, error] = std::from_chars(version.data(), end, number);
    if (error != std::errc()) return false;
    version.remove_prefix(static_cast<std::size_t>(stop - version.data()));
    if (part == 2) break;
    if (!version.starts_with('.')) return false;
    version.remove_prefix(1);
  }
  if (version.empty()) return true;
  return version.starts_with('-') && std::all_of(version.begin(), version.end(), [](char c) {
           return is_lower_or_digit(c) || c == '.' || c == '-';
         });
}

bool is_host(std::string_view host) {
  return !host.empty() && is_lower_or_digit(host.front()) && is_lower_or_digit(host.back()) &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

void read_abi(Members members, Manifest& manifest, std::optional<Error>& error) {
  members.require("min", "the oldest ABI that the plugin works with");
  members.require("max", "the newest ABI that the plugin works with");
  members.number("min", manifest.abi_min, 1, UINT32_MAX);
  members.number("max", manifest.abi_max, 1, UINT32_MAX);
  if (error) return;
  const auto range = std::to_string(manifest.abi_min) + " to " + std::to_string(manifest.abi_max);
  if (manifest.abi_min > manifest.abi_max) {
    error = wrong("abi goes from " + range, "min at most max");
  } else if (manifest.abi_min > CJ_ABI_VERSION) {
    error =
        refusal("it is for ABI " + range,
                "a plugin for ABI " + std::to_string(CJ_ABI_VERSION) + ", which this host speaks",
                kOperator, "upgrade the host: apt-get install --only-upgrade conserje");
  } else if (manifest.abi_max < CJ_ABI_VERSION) {
    error =
        refusal("it is for ABI " + range,
                "a plugin for ABI " + std::to_string(CJ_ABI_VERSION) + ", which this host speaks",
                kVendor, "build it with the SDK of this host's release");
  }
}

void read_kinds(Members& members, Manifest& manifest, std::optional<Error>& error) {
  const std::string needed = R"(such as [{"kind": "channel", "revision": 1}])";
  const Json* list = members.require("kinds", needed);
  if (list == nullptr) return;
  if (!list->is_array() || list->empty() || list->size() > kListLimit)
    return members.fail("kinds", *list, needed);
  for (const Json& item : *list) {
    PluginKind kind;
    Members entry(item, "kinds[].", error);
    entry.require("kind", needed);
    entry.text("kind", kind.name);
    entry.number("revision", kind.revision, 1, UINT32_MAX);
    if (error) return;
    if (find_kind(kind.name) != nullptr) manifest.kinds.push_back(std::move(kind));
  }
  if (!manifest.kinds.empty()) return;
  std::string known;
  for (const Kind& kind : kinds()) known += (known.empty() ? "" : ", ") + std::string(kind.name);
  error = refusal("this host knows none of its kinds: " + shown(*list), "one of " + known,
                  kOperator, "upgrade the host: apt-get install --only-upgrade conserje");
}

/// The methods that `name` may mean: "send" in any of the plugin's kinds, "channel.send" in one.
std::vector<PluginMethod> methods_named(std::string_view name, const Manifest& manifest) {
  std::vector<PluginMethod> found;
  for (const PluginKind& kind : manifest.kinds)
    for (const KindMethod& method : find_kind(kind.name)->methods) {
      auto full_name = kind.name + "." + std::string(method.name);
      if (name == method.name || name == full_name)
        found.push_back({std::move(full_name), method.number});
    }
  return found;
}

/// True when one of the kinds is of a later revision than this host's, which may have more methods.
bool may_have_more_methods(const Manifest& manifest) {
  return std::any_of(manifest.kinds.begin(), manifest.kinds.end(), [](const PluginKind& kind) {
    return kind.revision > find_kind(kind.name)->revision;
  });
}

Error unknown_method(const std::string& name, const Manifest& manifest) {
  std::vector<std::string> known;
  std::string list;
  for (const PluginKind& kind : manifest.kinds)
    for (const KindMethod& method : find_kind(kind.name)->methods) {
      known.emplace_back(method.name);
      list += (list.empty() ? "" : ", ") + kind.name + "." + std::string(method.name);
    }
  const auto meant = nearest(name, known);
  return wrong(
      "methods has " + shown(name) +
          (meant.empty() ? std::string() : "; did you mean \"" + std::string(meant) + "\"?"),
      "methods of its kinds: " + list);
}

/// Finds the method that the manifest means; nullopt with `error` unset: one of a later revision.
std::optional<PluginMethod> resolve_method(const std::string& name, const Manifest& manifest,
                                           std::optional<Error>& error) {
  auto found = methods_named(name, manifest);
  if (found.size() == 1) return std::move(found.front());
  if (found.size() > 1)
    error = wrong("methods has " + shown(name) + ", which several of its kinds have",
                  "the kind in front, such as \"" + found.front().name + "\"");
  else if (!may_have_more_methods(manifest))
    error = unknown_method(name, manifest);
  return std::nullopt;
}

void read_methods(Members& members, Manifest& manifest, std::optional<Error>& error) {
  std::vector<std::string> names;
  std::vector<std::string> inline_names;
  members.require("methods", R"(what the plugin answers, such as ["send", "handle_webhook"])");
  members.texts("methods", names);
  members.texts("inline", inline_names);
  for (const auto& name : names) {
    if (error) return;
    auto method = resolve_method(name, manifest, error);
    if (!method) continue;
    if (manifest.method(method->number) != nullptr) {
      error = wrong("methods has " + shown(name) + " twice", "each method once");
      return;
    }
    manifest.methods.push_back(*std::move(method));
  }
  for (const auto& name : inline_names) {
    if (error) return;
    const auto resolved = resolve_method(name, manifest, error);
    if (!resolved) continue;
    const auto method = std::find_if(
        manifest.methods.begin(), manifest.methods.end(),
        [&](const PluginMethod& candidate) { return candidate.number == resolved->number; });
    if (method == manifest.methods.end()) {
      error = wrong("inline has " + shown(name), "only methods that stand in `methods`");
      return;
    }
    method->is_inline = true;
  }
  std::sort(manifest.methods.begin(), manifest.methods.end(),
            [](const PluginMethod& a, const PluginMethod& b) { return a.number < b.number; });
  if (manifest.methods.empty() && !error) error = wrong("methods is empty", "at least one method");
}

void read_concurrency(Members& members, Manifest& manifest, std::optional<Error>& error) {
  std::string text = "serial";
  members.text("concurrency", text);
  if (error) return;
  const std::string_view prefix = "parallel:";
  if (text.starts_with(prefix)) {
    const char* begin = text.data() + prefix.size();
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(begin, end, manifest.parallel);
    if (problem == std::errc() && stop == end && manifest.parallel >= 1 &&
        manifest.parallel <= kMaxParallel)
      return;
  } else if (text == "serial") {
    const auto inline_method = std::find_if(manifest.methods.begin(), manifest.methods.end(),
                                            [](const auto& method) { return method.is_inline; });
    if (inline_method != manifest.methods.end())
      error = wrong("concurrency is \"serial\", but " + inline_method->name + " is inline",
                    "concurrency \"parallel:N\", because inline methods run beside the others");
    return;
  }
  error = wrong("concurrency is " + shown(text),
                "\"serial\" or \"parallel:N\" with N from 1 to " + std::to_string(kMaxParallel));
}

void read_permissions(Members members, Manifest& manifest, std::optional<Error>& error) {
  auto& permissions = manifest.permissions;
  members.texts("http", permissions.http);
  members.number("kv_quota_bytes", permissions.kv_quota_bytes, 0, kMaxKvQuota);
  members.flag("raw_network", permissions.raw_network);
  members.flag("stop_host", permissions.stop_host);
  const auto properties = manifest.config_schema.find("properties");
  for (const auto& entry : permissions.http) {
    if (error) return;
    constexpr std::string_view kConfig = "config:";
    const auto place = entry.starts_with(kAndBelow) ? entry.substr(kAndBelow.size()) : entry;
    if (entry == "*" || is_host(place)) continue;
    if (place.starts_with(kConfig) && properties != manifest.config_schema.end() &&
        properties->contains(place.substr(kConfig.size())))
      continue;
    error = wrong("permissions.http has " + shown(entry),
                  "a host name in lower case, \"config:\" and a property of the config schema, one "
                  "of these behind \"*.\" (and all below it), or \"*\"");
  }
}

void read_runtime(Members& members, Manifest& manifest, std::optional<Error>& error) {
  members.text("runtime", manifest.runtime);
  std::string draft;
  members.text("draft_hash", draft);
  if (error) return;
  if (manifest.runtime == "go")
    error = refusal("its runtime is \"go\"",
                    "cxx, c or rust: Go's runtime cannot be loaded into the host's process",
                    kVendor, "offer a build in another language");
  else if (manifest.runtime != "cxx" && manifest.runtime != "c" && manifest.runtime != "rust")
    error = wrong("runtime is " + shown(manifest.runtime), "cxx, c or rust");
  else if (!draft.empty())
    error = refusal("it uses a draft of the ABI (" + shown(draft) + ")",
                    "a plugin that uses what is stable", kVendor, "build it with a released SDK");
}

void read_config_schema(Members& members, Manifest& manifest, std::optional<Error>& error) {
  const Json* schema = members.require("config_schema", "the JSON Schema of its config");
  if (schema == nullptr || error) return;
  if (!schema->is_object()) return members.fail("config_schema", *schema, "a JSON Schema");
  const auto problems = check_schema(*schema);
  if (!problems.empty())
    error = wrong("config_schema: " + problems.front(), "a JSON Schema that the host can check");
  manifest.config_schema = *schema;
}

}  // namespace

bool Manifest::has_kind(std::string_view kind) const {
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const PluginKind& each) { return each.name == kind; });
}

const PluginMethod* Manifest::method(std::uint32_t number) const {
  for (const auto& each : methods)
    if (each.number == number) return &each;
  return nullptr;
}

Result<Manifest> parse_manifest(std::string_view json) {
  if (json.size() > kManifestLimit)
    return wrong("it has " + std::to_string(json.size()) + " bytes",
                 "at most " + std::to_string(kManifestLimit));
  if (depth_of(json) > kDepthLimit)
    return wrong("it is nested too deeply", "at most " + std::to_string(kDepthLimit) + " levels");
  const auto parsed = parse_json(json);
  if (!parsed) return wrong(parsed.error().message, "a JSON object");

  Manifest manifest;
  std::optional<Error> error;
  Members members(*parsed, "", error);
  if (const Json* abi = members.require("abi", R"(such as {"min": 1, "max": 1})"))
    read_abi(Members(*abi, "abi.", error), manifest, error);
  if (const Json* id = members.require("id", "a reverse domain, such as \"cj.channel.console\"")) {
    members.text("id", manifest.id);
    if (!is_id(manifest.id))
      members.fail("id", *id, "a reverse domain of a-z, 0-9 and -, such as \"cj.channel.console\"");
  }
  if (const Json* version = members.require("version", "such as \"1.4.0\"")) {
    members.text("version", manifest.version);
    if (!is_version(manifest.version)) members.fail("version", *version, "such as \"1.4.0\"");
  }
  members.text("title", manifest.title);
  members.text("licence", manifest.licence);
  members.text("support_url", manifest.support_url);
  members.number("body_limit", manifest.body_limit, 1, kMaxBodyLimit);
  members.flag("exclusive", manifest.exclusive);
  members.flag("state_export", manifest.state_export);
  if (!error) read_runtime(members, manifest, error);
  if (!error) read_kinds(members, manifest, error);
  if (!error) read_methods(members, manifest, error);
  if (!error) read_concurrency(members, manifest, error);
  if (!error) read_config_schema(members, manifest, error);
  if (const Json* permissions = members.find("permissions"); permissions != nullptr && !error)
    read_permissions(Members(*permissions, "permissions.", error), manifest, error);
  if (error) return *std::move(error);
  return manifest;
}

Result<Manifest> read_manifest(std::string_view bytes, const Platform& platform) {
  const auto facts = read_elf(bytes, platform);
  if (!facts) return facts.error();
  auto manifest = parse_manifest(facts->manifest);
  if (!manifest) return manifest;
  std::string exports;
  for (const auto name : facts->exports) {
    if (exports.size() > kTextLimit) break;
    exports += (exports.empty() ? "" : ", ") + std::string(name);
  }
  if (exports != "cj_entry")
    return refusal("it exports " + (exports.empty() ? std::string("nothing") : exports),
                   "cj_entry and nothing else", kVendor,
                   "link it with -Wl,--version-script=plugin.map, as conserje_add_plugin does");
  return manifest;
}

}  // namespace conserje
