#include "pipeline/schema.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/utf8.hpp"

namespace conserje {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

// ---- Small questions about values and schemas --------------------------------------------------

const json kNothing = json::object();

/// The member of a schema, or an empty object.
const json& member(const json& schema, const char* key) {
  const auto found = schema.find(key);
  return found == schema.end() ? kNothing : *found;
}

bool is_secret(const json& schema) { return schema.value("secret", false); }

bool is_whole(const json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const auto real = value.get<double>();
  return std::abs(real) < 0x1p53 && std::trunc(real) == real;
}

bool has_type(const json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  return type == "integer" && is_whole(value);
}

/// `type` is one word or a list of them.
std::vector<std::string> types_of(const json& schema) {
  const auto& type = member(schema, "type");
  if (type.is_string()) return {type.get<std::string>()};
  if (type.is_array()) return type.get<std::vector<std::string>>();
  return {};
}

std::string_view in_words(std::string_view type) {
  if (type == "object") return "a mapping";
  if (type == "array") return "a list";
  if (type == "string") return "text";
  if (type == "boolean") return "true or false";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  return "null";
}

/// Patterns of the formats; what they let through the vendor may still refuse.
const std::map<std::string, std::string, std::less<>>& formats() {
  static const std::map<std::string, std::string, std::less<>> kFormats{
      {"uri", R"(^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$)"},
      {"email", R"(^[^@\s]+@[^@\s]+$)"},
      {"date", R"(^\d{4}-\d{2}-\d{2}$)"},
      {"time", R"(^\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$)"},
      {"hostname", R"(^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$)"}};
  return kFormats;
}

bool pattern_fits(const std::string& pattern, const std::string& text) {
  const RE2 expression(pattern, RE2::Quiet);
  return RE2::PartialMatch(text, expression);
}

/// The right shape of a value, for people: "a whole number from 1 to 5: how often it is tried".
std::string shape(const json& schema) {
  std::string text;
  if (const auto choices = schema.find("enum"); choices != schema.end()) {
    for (const auto& choice : *choices) text += (text.empty() ? "one of " : ", ") + choice.dump();
  } else if (const auto constant = schema.find("const"); constant != schema.end()) {
    text = constant->dump();
  } else {
    for (const auto& type : types_of(schema))
      text += (text.empty() ? "" : " or ") + std::string(in_words(type));
    if (text.empty()) text = "a value";
    if (schema.contains("minimum")) text += " from " + schema["minimum"].dump();
    if (schema.contains("maximum")) text += " to " + schema["maximum"].dump();
    if (schema.contains("pattern")) text += " like " + schema["pattern"].get<std::string>();
    if (schema.contains("format")) text += " (" + schema["format"].get<std::string>() + ")";
  }
  if (schema.contains("description")) text += ": " + schema["description"].get<std::string>();
  if (is_secret(schema)) text += "; by a reference such as ${env:NAME}";
  return text;
}

// ---- Is the schema one that we can check? ------------------------------------------------------

class SchemaCheck {
 public:
  std::vector<std::string> problems;

  void check(const json& schema, const std::string& path, int depth = 0) {
    constexpr int kDeepest = 32;
    if (depth > kDeepest) return complain(path, "is nested too deeply");
    if (!schema.is_object()) return complain(path, "is not an object");
    for (const auto& [keyword, value] : schema.items()) check_keyword(keyword, value, path, depth);
    if (is_true(schema, "secret") && member(schema, "type") != "string")
      complain(path, "is secret and therefore must have \"type\": \"string\"");
  }

 private:
  static bool is_true(const json& schema, const char* key) { return member(schema, key) == true; }

  void complain(const std::string& path, const std::string& what) {
    problems.push_back((path.empty() ? "/" : path) + " " + what);
  }

  void check_keyword(const std::string& keyword, const json& value, const std::string& path,
                     int depth) {
    const auto place = path + "/" + keyword;
    const auto expect = [&](bool fits, const char* what) {
      if (!fits) complain(place, std::string("is not ") + what);
    };
    if (keyword == "type") {
      const bool one = is_type(value);
      const bool several =
          value.is_array() && !value.empty() && std::ranges::all_of(value, is_type);
      expect(one || several, "a type, or a list of types");
    } else if (keyword == "properties") {
      if (!value.is_object()) return complain(place, "is not an object");
      for (const auto& [name, inner] : value.items()) check(inner, place + "/" + name, depth + 1);
    } else if (keyword == "items") {
      check(value, place, depth + 1);
    } else if (keyword == "additionalProperties") {
      if (!value.is_boolean()) check(value, place, depth + 1);
    } else if (keyword == "anyOf" || keyword == "oneOf" || keyword == "allOf") {
      if (!value.is_array() || value.empty()) return complain(place, "is not a list of schemas");
      for (std::size_t i = 0; i < value.size(); ++i)
        check(value[i], place + "/" + std::to_string(i), depth + 1);
    } else if (keyword == "required") {
      expect(value.is_array() && std::ranges::all_of(value, &json::is_string), "a list of names");
    } else if (keyword == "enum") {
      expect(value.is_array() && !value.empty(), "a list of values");
    } else if (keyword == "minimum" || keyword == "maximum" || keyword == "exclusiveMinimum" ||
               keyword == "exclusiveMaximum") {
      expect(value.is_number(), "a number");
    } else if (keyword == "minLength" || keyword == "maxLength" || keyword == "minItems" ||
               keyword == "maxItems") {
      expect(value.is_number_integer() && value >= 0, "a whole number from 0");
    } else if (keyword == "pattern") {
      expect(value.is_string() && RE2(value.get<std::string>(), RE2::Quiet).ok(),
             "a regular expression that RE2 reads");
    } else if (keyword == "format") {
      expect(value.is_string() && formats().contains(value.get<std::string>()),
             "a format known here");
    } else if (keyword == "secret" || keyword == "uniqueItems") {
      expect(value.is_boolean(), "true or false");
    } else if (keyword == "title" || keyword == "description" || keyword == "$schema" ||
               keyword == "$id" || keyword == "$comment") {
      expect(value.is_string(), "text");
    } else if (keyword != "const" && keyword != "default" && keyword != "examples") {
      complain(place, "is a keyword that this host does not check");
    }
  }

  static bool is_type(const json& type) {
    return type.is_string() &&
           (type == "object" || type == "array" || type == "string" || type == "boolean" ||
            type == "integer" || type == "number" || type == "null");
  }
};

// ---- Does the value fit? -----------------------------------------------------------------------

/// One misfit of a config.
struct Problem {
  Pointer at;
  std::string found;
  std::string fix{};
  std::string needed{};
};

/// What came of a check: the value has its defaults, `secrets` are the places that hold one.
struct Outcome {
  std::vector<Problem> problems;
  std::vector<Pointer> secrets;
};

/// Checks values against schemas that SchemaCheck has accepted.
class ValueCheck {
 public:
  /// `hidden` says of a place whether its value must not be shown.
  explicit ValueCheck(std::function<bool(const Pointer&)> hidden) : hidden_(std::move(hidden)) {}

  /// A closed object takes only the properties that its schema names; the branches of a combination
  /// are open, as they tell only a part.
  void check(const json& schema, json& value, const Pointer& at, bool closed, Outcome& out) const {
    if (!check_type(schema, value, at, out)) return;
    if (is_secret(schema)) out.secrets.push_back(at);
    check_choice(schema, value, at, out);
    if (value.is_string()) check_text(schema, value.get_ref<const std::string&>(), at, out);
    if (value.is_number()) check_number(schema, value, at, out);
    if (value.is_array()) check_list(schema, value, at, out);
    if (value.is_object()) check_object(schema, value, at, closed, out);
    for (const auto& branch : member(schema, "allOf")) check(branch, value, at, false, out);
    check_branches(schema, "anyOf", value, at, out);
    check_branches(schema, "oneOf", value, at, out);
  }

 private:
  std::string shown(const json& schema, const json& value, const Pointer& at) const {
    if (value.is_object()) return "a mapping";
    if (value.is_array()) return "a list";
    if (is_secret(schema) || hidden_(at)) return "the value";
    constexpr std::size_t kLongest = 60;
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
    return text;
  }

  void misfit(const json& schema, const json& value, const Pointer& at, const std::string& why,
              Outcome& out, std::string fix = {}) const {
    out.problems.push_back(
        {at, shown(schema, value, at) + " " + why, std::move(fix), shape(schema)});
  }

  bool check_type(const json& schema, json& value, const Pointer& at, Outcome& out) const {
    const auto types = types_of(schema);
    if (types.empty()) return true;
    const auto fits =
        std::ranges::find_if(types, [&](const auto& type) { return has_type(value, type); });
    if (fits == types.end()) {
      const bool wants_text = std::ranges::find(types, "string") != types.end();
      misfit(schema, value, at, "is not " + std::string(in_words(types.front())), out,
             wants_text && value.is_primitive() ? "write it in quotes" : "");
      return false;
    }
    if (*fits == "integer" && value.is_number_float()) value = std::llround(value.get<double>());
    return true;
  }

  void check_choice(const json& schema, const json& value, const Pointer& at, Outcome& out) const {
    if (const auto choices = schema.find("enum");
        choices != schema.end() && std::ranges::find(*choices, value) == choices->end()) {
      std::vector<std::string> words;
      for (const auto& choice : *choices)
        if (choice.is_string()) words.push_back(choice);
      misfit(schema, value, at, "is none of the choices", out,
             value.is_string() ? did_you_mean(value.get_ref<const std::string&>(), words) : "");
    }
    if (const auto constant = schema.find("const"); constant != schema.end() && *constant != value)
      misfit(schema, value, at, "is not the one value that is allowed", out);
  }

  void check_text(const json& schema, const std::string& text, const Pointer& at,
                  Outcome& out) const {
    const auto length = utf8_length(text);
    if (schema.contains("minLength") && length < schema["minLength"].get<std::size_t>())
      misfit(schema, text, at, "is shorter than " + schema["minLength"].dump() + " characters",
             out);
    if (schema.contains("maxLength") && length > schema["maxLength"].get<std::size_t>())
      misfit(schema, text, at, "is longer than " + schema["maxLength"].dump() + " characters", out);
    if (schema.contains("pattern") && !pattern_fits(schema["pattern"], text))
      misfit(schema, text, at, "does not fit the pattern", out);
    if (schema.contains("format") &&
        !pattern_fits(formats().find(schema["format"].get_ref<const std::string&>())->second, text))
      misfit(schema, text, at, "is not written as a " + schema["format"].get<std::string>(), out);
  }

  void check_number(const json& schema, const json& value, const Pointer& at, Outcome& out) const {
    if (schema.contains("minimum") && value < schema["minimum"])
      misfit(schema, value, at, "is less than " + schema["minimum"].dump(), out);
    if (schema.contains("maximum") && value > schema["maximum"])
      misfit(schema, value, at, "is more than " + schema["maximum"].dump(), out);
    if (schema.contains("exclusiveMinimum") && value <= schema["exclusiveMinimum"])
      misfit(schema, value, at, "is not more than " + schema["exclusiveMinimum"].dump(), out);
    if (schema.contains("exclusiveMaximum") && value >= schema["exclusiveMaximum"])
      misfit(schema, value, at, "is not less than " + schema["exclusiveMaximum"].dump(), out);
  }

  void check_list(const json& schema, json& value, const Pointer& at, Outcome& out) const {
    if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>())
      misfit(schema, value, at, "has fewer than " + schema["minItems"].dump() + " items", out);
    if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>())
      misfit(schema, value, at, "has more than " + schema["maxItems"].dump() + " items", out);
    if (schema.value("uniqueItems", false)) {
      std::vector<std::reference_wrapper<const json>> sorted(value.begin(), value.end());
      std::ranges::sort(sorted, [](const json& a, const json& b) { return a < b; });
      const auto twice =
          std::ranges::adjacent_find(sorted, [](const json& a, const json& b) { return a == b; });
      if (twice != sorted.end()) misfit(schema, value, at, "holds an item twice", out);
    }
    if (const auto items = schema.find("items"); items != schema.end())
      for (std::size_t i = 0; i < value.size(); ++i) check(*items, value[i], at / i, true, out);
  }

  void check_object(const json& schema, json& value, const Pointer& at, bool closed,
                    Outcome& out) const {
    const auto& properties = member(schema, "properties");
    for (const auto& [name, property] : properties.items()) {
      if (!value.contains(name) && property.contains("default")) value[name] = property["default"];
    }
    for (const auto& name : member(schema, "required")) {
      const auto& text = name.get_ref<const std::string&>();
      if (value.contains(text)) continue;
      const auto property = properties.find(text);
      out.problems.push_back(
          {at, in_quotes(text) + " is missing", "",
           text + ": " + (property == properties.end() ? "a value" : shape(*property))});
    }
    const auto other = schema.find("additionalProperties");
    const bool names_all = closed && schema.contains("properties");
    const bool takes_others = other == schema.end() ? !names_all : *other != false;
    for (auto& [name, inner] : value.items()) {
      if (const auto property = properties.find(name); property != properties.end()) {
        check(*property, inner, at / name, true, out);
      } else if (!takes_others) {
        unknown(properties, at / name, name, out);
      } else if (other != schema.end() && other->is_object()) {
        check(*other, inner, at / name, true, out);
      }
    }
  }

  static void unknown(const json& properties, const Pointer& at, const std::string& name,
                      Outcome& out) {
    std::vector<std::string> known;
    for (const auto& [property, schema] : properties.items()) known.push_back(property);
    const auto near = nearest(name, known);
    out.problems.push_back({at, "unknown key " + in_quotes(name), did_you_mean(name, known),
                            near.empty()
                                ? (known.empty() ? "no keys" : "one of " + joined(known))
                                : std::string(near) + ": " + shape(properties[std::string(near)])});
  }

  /// anyOf and oneOf: the branches are tried on copies; the fitting one gives its defaults and
  /// secrets. When none fits, the one that came nearest says what is wrong.
  void check_branches(const json& schema, const char* keyword, json& value, const Pointer& at,
                      Outcome& out) const {
    const auto branches = schema.find(keyword);
    if (branches == schema.end()) return;
    std::optional<std::pair<json, Outcome>> best;
    int fitting = 0;
    for (const auto& branch : *branches) {
      json copy = value;
      Outcome tried;
      check(branch, copy, at, false, tried);
      if (tried.problems.empty()) ++fitting;
      if (!best || tried.problems.size() < best->second.problems.size())
        best.emplace(std::move(copy), std::move(tried));
    }
    if (fitting > 1 && std::string_view(keyword) == "oneOf")
      return misfit(schema, value, at,
                    "fits " + std::to_string(fitting) + " of the shapes instead of one", out);
    if (fitting > 0) value = std::move(best->first);
    std::ranges::move(best->second.problems, std::back_inserter(out.problems));
    std::ranges::move(best->second.secrets, std::back_inserter(out.secrets));
  }

  std::function<bool(const Pointer&)> hidden_;
};

/// The nearest place around `at` that was written; a default has none of its own.
Position place_of(const PluginUse& plugin, Pointer at) {
  while (true) {
    const auto found = plugin.positions.find(at.to_string());
    if (found != plugin.positions.end()) return found->second;
    if (at.empty()) return {};
    at.pop_back();
  }
}

/// "/hotels/0/name" of desk as "plugins.desk.config.hotels[0].name".
std::string path_of(const PluginUse& plugin, Pointer at) {
  std::string path;
  for (; !at.empty(); at.pop_back()) {
    const auto& last = at.back();
    const bool index =
        !last.empty() && std::ranges::all_of(last, [](char c) { return '0' <= c && c <= '9'; });
    path.insert(0, index ? "[" + last + "]" : "." + last);
  }
  return "plugins." + plugin.name + ".config" + path;
}

}  // namespace

std::vector<std::string> check_schema(const json& schema) {
  SchemaCheck check;
  check.check(schema, "");
  return check.problems;
}

void check_config(const json& schema, Mode mode, PluginUse& plugin, SecretStore& secrets,
                  std::vector<Finding>& findings) {
  const auto problems = check_schema(schema);
  for (const auto& problem : problems)
    findings.push_back({Severity::error, place_of(plugin, Pointer()), path_of(plugin, Pointer()),
                        "the config schema of " + plugin.use + ": " + problem,
                        "its vendor must mend it"});
  if (!problems.empty()) return;

  Outcome outcome;
  const ValueCheck check(
      [&](const Pointer& at) { return plugin.referenced.contains(at.to_string()); });
  check.check(schema, plugin.config, Pointer(), true, outcome);
  for (auto& problem : outcome.problems)
    findings.push_back({Severity::error, place_of(plugin, problem.at), path_of(plugin, problem.at),
                        in_quotes(path_of(plugin, problem.at)) + ": " + problem.found,
                        std::move(problem.fix), std::move(problem.needed)});

  std::ranges::sort(outcome.secrets);
  const auto repeated = std::ranges::unique(outcome.secrets);
  outcome.secrets.erase(repeated.begin(), repeated.end());
  for (const auto& at : outcome.secrets) {
    auto& value = plugin.config[at].get_ref<std::string&>();
    check_secret({.mode = mode,
                  .at = place_of(plugin, at),
                  .path = path_of(plugin, at),
                  .value = value,
                  .referenced = plugin.referenced.contains(at.to_string())},
                 findings);
    value = secrets.put(plugin.name, at.to_string(), value);
  }
}

}  // namespace conserje
