#include "kit/generate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "guard/embedded.hpp"

namespace conserje {
extern const std::span<const EmbeddedFile> kKindSchemas;
}

namespace conserje::kit {
namespace {

constexpr int kHugeBytes = 2 * 1024 * 1024;
constexpr int kDeepLevels = 5'000;

const std::map<std::string, Json, std::less<>>& schemas() {
  static const auto parsed = [] {
    std::map<std::string, Json, std::less<>> all;
    for (const auto& file : kKindSchemas)
      all[std::string(file.name.substr(0, file.name.find('.')))] = Json::parse(file.text);
    return all;
  }();
  return parsed;
}

/// What texts of these members are; the schemas give their meaning in words.
struct Word {
  std::string_view member;
  std::array<std::string_view, 2> values;
};
constexpr Word kWords[] = {
    {"method", {"POST", "POST"}},
    {"path", {"/webhooks/tested", "/webhooks/tested"}},
    {"check_in", {"2026-03-02", "2026-11-20"}},
    {"check_out", {"2026-11-24", "2026-11-25"}},
    {"from", {"2026-01-01", "2026-05-01"}},
    {"to", {"2026-12-01", "2026-12-31"}},
    {"now", {"2026-02-27T10:15:00", "2026-12-31T23:59:59"}},
    {"time_zone", {"Europe/Madrid", "America/Bogota"}},
    {"language", {"es", "en"}},
    {"currency", {"EUR", "COP"}},
    {"room_type", {"double", "single"}},
    {"mime_type", {"audio/ogg", "audio/wav"}},
    {"type", {"reservation.created", "handoff.opened"}},
    {"severity", {"info", "critical"}},
    {"recipient", {"+34600000001", "+573000000002"}},
    {"guest_key", {"+34600000001", "+573000000002"}},
    {"guest_phone", {"+34600000001", "+573000000002"}},
    {"guest_email", {"guest@example.com", "g@example.org"}},
    {"public_url", {"https://hotel.example/webhooks/tested", "https://h.example/w"}},
    {"url", {"https://hotel.example/a", "https://hotel.example/b"}},
    {"target", {"", ""}},
    {"account", {"", ""}},
    {"pending", {"", "dates"}},
    {"query", {"", "a=1"}},
};

const Json& resolve(const Json& schema, const Json& definitions) {
  const auto reference = schema.find("$ref");
  if (reference == schema.end()) return schema;
  const auto& path = reference->get_ref<const std::string&>();
  return definitions.at(path.substr(path.rfind('/') + 1));
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type != "number" || value.is_number();
}

bool is_one_of(const Json& object, const char* member, std::span<const std::string_view> words) {
  const auto found = object.find(member);
  return found == object.end() || !found->is_string() ||
         std::ranges::find(words, found->get_ref<const std::string&>()) != words.end();
}

constexpr std::string_view kDeliveryStatuses[] = {"ok", "retry", "permanent", "auth", "config"};
constexpr std::string_view kOutcomes[] = {"done", "no_availability", "not_found"};
constexpr std::string_view kStates[] = {"ok", "degraded", "down"};

}  // namespace

const Json* kind_schema(std::string_view kind) {
  const auto found = schemas().find(kind);
  return found == schemas().end() ? nullptr : &found->second;
}

std::optional<MethodSchema> method_schema(std::string_view name) {
  const auto dot = name.find('.');
  const Json* kind = kind_schema(name.substr(0, dot));
  if (kind == nullptr || dot == std::string_view::npos) return std::nullopt;
  const auto method = (*kind)["methods"].find(std::string(name.substr(dot + 1)));
  if (method == (*kind)["methods"].end()) return std::nullopt;
  const Json& definitions = (*kind)["$defs"];
  return MethodSchema{.request = &definitions.at((*method)["request"].get<std::string>()),
                      .reply = &definitions.at((*method)["reply"].get<std::string>()),
                      .definitions = &definitions,
                      .is_idempotent = method->value("idempotent", false)};
}

Json Generator::value(const Json& given, const Json& definitions, std::string_view name) {
  const Json& schema = resolve(given, definitions);
  if (schema.contains("const")) return schema["const"];
  if (schema.contains("enum")) return schema["enum"].at(number(schema["enum"].size()));
  for (const char* combination : {"anyOf", "oneOf"})
    if (schema.contains(combination)) {
      const auto& branches = schema[combination];
      return value(branches.at(number(branches.size())), definitions, name);
    }
  if (schema.contains("default") && number(3) == 0) return schema["default"];
  const auto type = schema.value("type", schema.contains("properties") ? "object" : "string");
  if (type == "object") return object(schema, definitions);
  if (type == "boolean") return coin();
  if (type == "integer" || type == "number") {
    if (name.ends_with("_ms") && !schema.contains("minimum")) return 1'767'225'600'000;
    const auto least = schema.value("minimum", std::int64_t{1});
    const auto most = std::min(schema.value("maximum", least + 100), least + 1'000'000);
    return least + static_cast<std::int64_t>(number(static_cast<std::uint64_t>(most - least) + 1));
  }
  if (type == "array") {
    Json items = Json::array();
    // One at least: an empty list asks for nothing.
    const auto least = schema.value("minItems", std::uint64_t{1});
    const auto most = std::min(schema.value("maxItems", least + 3), least + 3);
    const auto count = least + number(most - least + 1);
    for (std::uint64_t i = 0; i < count; ++i)
      items.push_back(value(schema.value("items", Json::object()), definitions, name));
    return items;
  }
  return text(schema, name);
}

Json Generator::object(const Json& schema, const Json& definitions) {
  Json out = Json::object();
  const auto required = schema.value("required", Json::array());
  const auto properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : properties.items()) {
    const bool must = std::ranges::find(required, Json(name)) != required.end();
    if (must || coin()) out[name] = value(member, definitions, name);
  }
  return out;
}

std::string Generator::text(const Json& schema, std::string_view name) {
  if (schema.contains("examples")) return schema["examples"].at(0).get<std::string>();
  if (schema.value("format", "") == "uri") return "https://plugin.example/x";
  if (schema.value("format", "") == "email") return "a@plugin.example";
  if (schema.value("format", "") == "date") return "2026-03-01";
  if (schema.value("format", "") == "time") return "15:00";
  if (schema.value("format", "") == "hostname") return "plugin.example";
  const auto word = std::ranges::find(kWords, name, &Word::member);
  if (word != std::end(kWords) && !schema.contains("minLength"))
    return std::string(word->values[number(2)]);
  std::string out(kGuestMark);
  if (name == "id" || name == "reference" || name.ends_with("_id"))
    out = "id-" + std::to_string(random_());
  const auto least = schema.value("minLength", std::size_t{0});
  const auto most = schema.value("maxLength", std::size_t{200});
  while (out.size() < least) out += 'x';
  return out.substr(0, most);
}

Json Generator::spoiled(Json value) {
  if (value.is_object() && !value.empty() && number(8) != 0) {
    auto member = value.begin();
    std::advance(member, static_cast<std::ptrdiff_t>(number(value.size())));
    if (number(4) == 0)
      value.erase(member);
    else
      *member = spoiled(std::move(*member));
    return value;
  }
  if (value.is_array() && !value.empty() && number(4) != 0) {
    auto& item = value[number(value.size())];
    item = spoiled(item);
    return value;
  }
  const Json others[] = {
      nullptr, true,       -1,           std::int64_t{1} << 62, 1e308,
      "",      "\xc3\xa9", "2026-02-30", Json::array({1}),      Json::object({{"a", 1}})};
  return others[number(std::size(others))];
}

std::string Generator::mutated(std::string bytes) {
  for (auto turns = 1 + number(8); turns > 0; --turns) {
    if (bytes.empty()) return bytes + static_cast<char>(number(256));
    const auto at = number(bytes.size());
    switch (number(4)) {
      case 0: bytes[at] = static_cast<char>(number(256)); break;
      case 1: bytes.erase(at, 1 + number(16)); break;
      case 2: bytes.insert(at, bytes.substr(number(bytes.size()), 1 + number(16))); break;
      default: bytes[at] = "{}[]\",:\\0"[number(9)]; break;
    }
  }
  return bytes;
}

std::vector<std::string> broken_heads() {
  return {"",
          "{}",
          "[]",
          "null",
          "{\"a\":",
          "\xff\xfe",
          "{\"text\":\"\xff\"}",
          "{\"text\":\"\\ud800\"}",
          std::string("{\"a\":\"\0\"}", 9),
          std::string(kDeepLevels, '[') + std::string(kDeepLevels, ']'),
          std::string(kDeepLevels, '['),
          "{\"a\":1e999}"};
}

std::string huge_head(const Json& request) {
  Json huge = request.is_object() ? request : Json::object();
  for (auto& [name, member] : huge.items())
    if (member.is_string() && name != "reference") {
      member = std::string(kHugeBytes, 'x');
      break;
    }
  huge["unknown_member"] = std::string(kHugeBytes, 'x');
  return huge.dump();
}

std::string misfit(const Json& value, const Json& given, const Json& definitions,
                   const std::string& path) {
  const Json& schema = resolve(given, definitions);
  const auto place = path.empty() ? std::string("the reply") : path;
  if (const auto type = schema.find("type");
      type != schema.end() && !has_type(value, type->get_ref<const std::string&>()))
    return place + " is " + value.type_name() + ", its schema says " + type->get<std::string>();
  if (value.is_array() && schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto wrong =
              misfit(value[i], schema["items"], definitions, path + "[" + std::to_string(i) + "]");
          !wrong.empty())
        return wrong;
  if (!value.is_object()) return {};
  for (const auto& name : schema.value("required", Json::array()))
    if (!value.contains(name.get<std::string>()))
      return place + " has no " + name.get<std::string>();
  const auto properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : properties.items())
    if (value.contains(name))
      if (auto wrong =
              misfit(value[name], member, definitions, (path.empty() ? "" : path + ".") + name);
          !wrong.empty())
        return wrong;
  return {};
}

std::string wrong_words(std::string_view method, const Json& request, const Json& reply) {
  if (method == "sink.deliver") {
    const auto& results = reply["results"];
    const auto asked = request.value("deliveries", Json::array()).size();
    if (results.size() != asked)
      return std::to_string(results.size()) + " results for " + std::to_string(asked) +
             " deliveries";
    for (const auto& result : results)
      if (!is_one_of(result, "status", kDeliveryStatuses))
        return "a result's status is " + result["status"].dump();
  }
  if (!is_one_of(reply, "outcome", kOutcomes)) return "the outcome is " + reply["outcome"].dump();
  if (!is_one_of(reply, "state", kStates)) return "the state is " + reply["state"].dump();
  return {};
}

}  // namespace conserje::kit
