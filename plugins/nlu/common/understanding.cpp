#include "understanding.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace conserje::nlu {
namespace {

/// How our types are read from a surface alone.
struct TypeRule {
  std::string_view type;
  std::string_view question;  // ParseRequest::pending that lets the engine expect it.
  bool is_text;               // The surface is a value, if the engine makes nothing else of it.
};
constexpr TypeRule kTypes[] = {{"date", "dates", false},
                               {"time", "dates", false},
                               {"duration", "", false},
                               {"nights", "nights", false},
                               {"party_size", "party_size", false},
                               {"rooms", "", false},
                               {"money", "", false},
                               {"yes_no", "confirm", false},
                               {"room_type", "room_type", false},
                               {"area", "area", false},
                               {"person_name", "guest_name", true},
                               {"phone", "", true},
                               {"email", "", true},
                               {"code", "code", true}};

const TypeRule* rule_of(std::string_view type) {
  const auto* const rule = std::ranges::find(kTypes, type, &TypeRule::type);
  return rule == std::end(kTypes) ? nullptr : rule;
}

/// Others say time where we say date, and the other way round.
bool is_moment(std::string_view type) { return type == "date" || type == "time"; }
bool is_same_type(std::string_view ours, std::string_view theirs) {
  return ours == theirs || (is_moment(ours) && is_moment(theirs));
}

bool overlaps(const Entity& entity, const Found& found) {
  return static_cast<std::size_t>(entity.start_byte) < found.end &&
         found.begin < static_cast<std::size_t>(entity.end_byte);
}

std::int64_t length(const Entity& entity) { return entity.end_byte - entity.start_byte; }

/// The surface as the embedded engine reads it alone.
std::optional<Entity> read_alone(const Embedded& embedded, const ParseRequest& request,
                                 const Found& found, const TypeRule& rule) {
  auto alone = request;
  alone.text = request.text.substr(found.begin, found.end - found.begin);
  alone.pending = rule.question;
  const auto reply = embedded.parse(alone);
  if (!reply) return std::nullopt;
  const auto read = std::ranges::find_if(
      reply->entities, [&](const Entity& entity) { return is_same_type(entity.type, found.type); });
  if (read == reply->entities.end()) return std::nullopt;
  auto entity = *read;
  entity.start_byte += static_cast<std::int64_t>(found.begin);
  entity.end_byte += static_cast<std::int64_t>(found.begin);
  return entity;
}

Entity as_text(const ParseRequest& request, const Found& found) {
  const auto surface = request.text.substr(found.begin, found.end - found.begin);
  return {.type = found.type,
          .text = surface,
          .start_byte = static_cast<std::int64_t>(found.begin),
          .end_byte = static_cast<std::int64_t>(found.end),
          .value = found.value.empty() ? surface : found.value,
          .confidence = found.confidence};
}

std::optional<Entity> to_entity(const Embedded& embedded, const ParseRequest& request,
                                const Found& found) {
  const auto* const rule = rule_of(found.type);
  if (rule == nullptr || rule->is_text) return as_text(request, found);
  if (auto read = read_alone(embedded, request, found, *rule)) return read;
  // A synonym that was taught elsewhere: "cuartito" is a single.
  if (found.type == "room_type" && !found.value.empty()) return as_text(request, found);
  return std::nullopt;
}

}  // namespace

bool is_answer(const ParseRequest& request, const ParseReply& own) {
  constexpr double kBeyondDoubt = 0.99;
  if (request.pending.empty() || own.entities.empty()) return false;
  const bool is_yes_or_no = own.intent.name == "confirm" || own.intent.name == "deny";
  return own.intent.confidence <= kNotUnderstood ||
         (is_yes_or_no && own.intent.confidence >= kBeyondDoubt);
}

std::vector<Entity> merged(const Embedded& embedded, const ParseRequest& request,
                           const std::vector<Entity>& own, const std::vector<Found>& found) {
  auto entities = own;
  for (const auto& each : found) {
    const auto same = std::ranges::find_if(entities, [&](const Entity& entity) {
      return is_same_type(entity.type, each.type) && overlaps(entity, each);
    });
    const auto* const rule = rule_of(each.type);
    const bool is_text = rule == nullptr || rule->is_text;
    if (same != entities.end() && !is_text) continue;
    auto entity = to_entity(embedded, request, each);
    if (!entity) continue;
    if (same == entities.end()) {
      entities.push_back(*std::move(entity));
    } else if (length(*entity) > length(*same)) {
      *same = *std::move(entity);
    }
  }
  std::ranges::stable_sort(entities, {}, &Entity::start_byte);
  return entities;
}

std::vector<std::size_t> character_starts(std::string_view text) {
  std::vector<std::size_t> starts;
  starts.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) starts.push_back(at);
  starts.push_back(text.size());
  return starts;
}

}  // namespace conserje::nlu
