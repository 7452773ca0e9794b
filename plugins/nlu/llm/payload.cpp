#include "payload.hpp"

#include <algorithm>
#include <array>

#include "../common/members.hpp"
#include "question.hpp"

namespace conserje::llm {
namespace {

using nlu::member;
using nlu::text_of;

constexpr std::size_t kMostMentions = 32;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The message of the first choice; null: there is none.
const Json* message_of(const Json& choice) { return member(choice, "message"); }
const Json* first_choice(const Json& root) {
  const auto* const choices = member(root, "choices");
  return choices != nullptr && choices->is_array() && !choices->empty() ? &choices->front()
                                                                        : nullptr;
}

/// What the model wrote for us: the arguments of its tool call, else its content.
std::string written(const Json& message) {
  const auto* const calls = member(message, "tool_calls");
  if (calls != nullptr && calls->is_array())
    for (const auto& call : *calls)
      if (const auto* const function = member(call, "function"))
        if (text_of(*function, "name") == kTool) return text_of(*function, "arguments");
  return text_of(message, "content");
}

std::string language_of(const Json& json) {
  const auto language = text_of(json, "language");
  const bool is_code = language.size() == 2 &&
                       std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
  return is_code ? language : "";
}

std::vector<Mention> mentions_of(const Json& json) {
  std::vector<Mention> mentions;
  const auto* const entities = member(json, "entities");
  if (entities == nullptr || !entities->is_array()) return mentions;
  for (const auto& entity : *entities) {
    Mention mention{text_of(entity, "type"), text_of(entity, "text")};
    if (mentions.size() < kMostMentions && is_one_of(kEntityTypes, mention.type))
      mentions.push_back(std::move(mention));
  }
  return mentions;
}

/// In what was written, or in an object somewhere within.
Result<Json> object_in(std::string_view text) {
  auto json = parse_json(text);
  if (json && json->is_object()) return json;
  json = parse_json(first_object(text));
  if (json && json->is_object()) return json;
  return Error{ErrorClass::retry, "llm: the model's answer is no JSON object"};
}

bool overlaps(const nlu::Found& found, std::size_t begin, std::size_t size) {
  return found.begin < begin + size && begin < found.end;
}

}  // namespace

Result<Understanding> read_answer(std::string_view body) {
  const auto root = parse_json(body);
  const auto* const choice = root ? first_choice(*root) : nullptr;
  const auto* const message = choice != nullptr ? message_of(*choice) : nullptr;
  if (message == nullptr)
    return Error{ErrorClass::config, "llm: what answers at url is no chat completion"};
  const auto reason = text_of(*choice, "finish_reason");
  if (reason == "length")
    return Error{ErrorClass::permanent, "llm: the answer was cut off at max_tokens"};
  if (reason == "content_filter" || !text_of(*message, "refusal").empty())
    return Error{ErrorClass::permanent, "llm: the model refused"};

  const auto json = object_in(written(*message));
  if (!json) return json.error();
  Understanding understanding{.intent = text_of(*json, "intent"),
                              .topic = text_of(*json, "topic"),
                              .language = language_of(*json),
                              .mentions = mentions_of(*json)};
  if (!is_one_of(kIntents, understanding.intent))
    return Error{ErrorClass::retry, "llm: the model's answer has no intent of ours"};
  const bool has_topic =
      understanding.intent == "hotel_info" && is_one_of(kTopics, understanding.topic);
  if (!has_topic) understanding.topic.clear();
  return understanding;
}

std::string_view first_object(std::string_view text) {
  const auto begin = text.find('{');
  if (begin == std::string_view::npos) return {};
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_text && c == '\\') ++at;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return text.substr(begin, at - begin + 1);
  }
  return {};
}

std::vector<nlu::Found> places_of(const std::vector<Mention>& mentions, std::string_view text) {
  std::vector<nlu::Found> places;
  for (const auto& [type, surface] : mentions) {
    if (surface.empty()) continue;
    auto at = text.find(surface);
    const auto is_taken = [&](const nlu::Found& place) {
      return overlaps(place, at, surface.size());
    };
    while (at != std::string_view::npos && std::ranges::any_of(places, is_taken))
      at = text.find(surface, at + 1);
    if (at != std::string_view::npos)
      places.push_back({.type = type, .begin = at, .end = at + surface.size()});
  }
  return places;
}

Refused refused_by(const HttpResponse& response) {
  if (response.status != 400 && response.status != 422) return Refused::nothing;
  const auto root = parse_json(response.body);
  const auto* const error = root ? member(*root, "error") : nullptr;
  const auto param = error != nullptr ? text_of(*error, "param") : std::string();
  if (param == "temperature") return Refused::temperature;
  // Few servers say which parameter it was.
  const bool is_another = param == "model" || param == "messages" || param.starts_with("max_");
  return is_another ? Refused::nothing : Refused::form;
}

}  // namespace conserje::llm
