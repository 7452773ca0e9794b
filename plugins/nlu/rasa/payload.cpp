#include "payload.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>

#include "../common/members.hpp"

namespace conserje::rasa {
namespace {

using nlu::member;
using nlu::text_of;

constexpr std::string_view kFallback = "nlu_fallback";
constexpr std::size_t kMostEntities = 256;
constexpr std::size_t kRanked = 3;

/// Between 0 and 1; nullopt: no number.
std::optional<double> share_of(const Json& object, const char* name) {
  const auto* const found = member(object, name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  return std::isfinite(value) ? std::optional(std::clamp(value, 0.0, 1.0)) : std::nullopt;
}

/// nullopt: no number, or below zero.
std::optional<std::size_t> offset_of(const Json& object, const char* name) {
  const auto* const found = member(object, name);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  return value >= 0 ? std::optional(static_cast<std::size_t>(value)) : std::nullopt;
}

/// The intent of a name, which a retrieval intent has before its "/"; null names have none.
std::optional<nlu::Intent> intent_of(const Json& json) {
  const auto name = text_of(json, "name");
  if (name.empty()) return std::nullopt;
  return nlu::Intent{name.substr(0, name.find('/')), share_of(json, "confidence").value_or(0)};
}

std::string value_of(const Json& entity) {
  const auto* const value = member(entity, "value");
  if (value == nullptr || value->is_object() || value->is_array() || value->is_null()) return "";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

std::optional<RasaEntity> entity_of(const Json& json) {
  const auto start = offset_of(json, "start");
  const auto end = offset_of(json, "end");
  RasaEntity entity{.name = text_of(json, "entity"),
                    .role = text_of(json, "role"),
                    .start = start.value_or(0),
                    .end = end.value_or(0),
                    .value = value_of(json)};
  if (!start || !end || entity.name.empty() || entity.start >= entity.end) return std::nullopt;
  auto confidence = share_of(json, "confidence_entity");
  if (!confidence) confidence = share_of(json, "confidence");
  entity.confidence = confidence.value_or(1.0);
  return entity;
}

std::vector<RasaEntity> entities_of(const Json& root) {
  std::vector<RasaEntity> entities;
  const auto* const items = member(root, "entities");
  if (items == nullptr || !items->is_array()) return entities;
  for (const auto& item : *items)
    if (auto entity = entity_of(item); entity && entities.size() < kMostEntities)
      entities.push_back(*std::move(entity));
  std::ranges::stable_sort(entities, std::greater<>{}, &RasaEntity::confidence);
  const auto key = [](const RasaEntity& e) { return std::tie(e.start, e.end, e.name, e.role); };
  std::ranges::stable_sort(entities, {}, key);
  const auto doubled = std::ranges::unique(entities, {}, key);
  entities.erase(doubled.begin(), doubled.end());
  return entities;
}

/// "wifi" of response_selector.faq.response.intent_response_key "faq/wifi".
std::string topic_of(const Json& root, const std::string& intent) {
  const auto* at = member(root, "response_selector");
  for (const auto* name : {intent.c_str(), "response"})
    if (at != nullptr) at = member(*at, name);
  if (at == nullptr) return "";
  const auto label = text_of(*at, "intent_response_key");
  const auto slash = label.find('/');
  return slash == std::string::npos ? "" : label.substr(slash + 1);
}

}  // namespace

Result<Parse> read_parse(std::string_view body) {
  const auto root = parse_json(body);
  const auto* const stated = root ? member(*root, "intent") : nullptr;
  if (stated == nullptr)
    return Error{ErrorClass::config, "rasa: what answers at url is no Rasa server"};
  const auto intent = intent_of(*stated);
  if (!intent) return Error{ErrorClass::retry, "rasa: no model is loaded"};

  Parse parse{.is_fallback = intent->name == kFallback, .entities = entities_of(*root)};
  const auto add = [&](const nlu::Intent& each) {
    const bool is_known =
        each.name == kFallback || parse.ranking.size() >= kRanked ||
        std::ranges::find(parse.ranking, each.name, &nlu::Intent::name) != parse.ranking.end();
    if (!is_known) parse.ranking.push_back(each);
  };
  add(*intent);
  const auto* const ranking = member(*root, "intent_ranking");
  if (ranking != nullptr && ranking->is_array())
    for (const auto& item : *ranking)
      if (const auto each = intent_of(item)) add(*each);
  if (!parse.ranking.empty()) {
    parse.topic = topic_of(*root, parse.ranking.front().name);
    const auto name = text_of(*stated, "name");
    if (const auto slash = name.find('/'); slash != std::string::npos && parse.topic.empty())
      parse.topic = name.substr(slash + 1);
  }
  return parse;
}

}  // namespace conserje::rasa
