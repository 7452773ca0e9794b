#include "engine.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "answers.hpp"
#include "features.hpp"
#include "typos.hpp"

namespace conserje::nlu {
namespace {

constexpr std::size_t kRanked = 3;
constexpr double kBareAnswer = 0.3;   // The confidence of an intent that was not stated.
constexpr double kPlainYesNo = 0.99;  // "Sí" leaves no doubt.
constexpr float kLanguageHint =
    5;  // How much likelier the language that the guest has spoken so far is.

constexpr float kClauseShare = 0.5F;  // Of a belief, what the clauses that ask for something make.
constexpr float kSureRequest = 0.6F;  // So likely is what such a clause asks for,
constexpr double kSureForeign = 0.3;  // and so unlikely that it is not for us.
constexpr std::string_view kOutOfScope = "out_of_scope";

constexpr std::string_view kLanguageCodes[] = {"es", "en", "pt"};

/// The whole message is a yes or a no, and which.
std::string_view plain_yes_no(const Text& text, const std::vector<Item>& entities) {
  std::string_view answer;
  std::size_t covered = 0, words = 0;
  for (const Item& item : entities) {
    if (item.category != Category::yes_no) continue;
    if (!answer.empty() && answer != item.meaning.word) return "";
    answer = item.meaning.word;
    for (auto i = item.begin; i < item.end; ++i)
      covered += text.tokens[i].kind != TokenKind::symbol ? 1 : 0;
  }
  for (const Token& token : text.tokens) words += token.kind != TokenKind::symbol ? 1 : 0;
  return covered == words ? answer : "";
}

/// What is said beside the entities. The words of an area tell the classifier something, and are an
/// entity all the same.
std::vector<std::string_view> words_beside(const std::vector<Item>& items, const Text& text) {
  auto words = plain_words(text, items);
  for (const Item& item : items)
    for (auto i = item.begin; item.category == Category::area && i < item.end; ++i)
      std::erase(words, std::string_view(text.tokens[i].folded));
  return words;
}

/// A question is no answer: "la doble?"
bool asks(const Text& text) {
  return std::ranges::any_of(text.tokens, [](const Token& token) { return token.folded == "?"; });
}

/// "hotel_info/wifi" is the topic wifi of hotel_info.
struct Label {
  std::string_view intent, topic;
};
Label split(std::string_view label) {
  const auto slash = label.find('/');
  if (slash == std::string_view::npos) return {label, ""};
  return {label.substr(0, slash), label.substr(slash + 1)};
}

/// Said around what somebody wants.
bool is_manners(std::string_view intent) {
  constexpr std::string_view kManners[] = {"greeting", "thanks", "goodbye",
                                           "confirm",  "deny",   "help"};
  return std::ranges::find(kManners, intent) != std::end(kManners);
}

}  // namespace

Language Engine::detect_language(const Text& text, std::string_view spoken_so_far) const {
  auto probabilities = model_.languages().probabilities(language_features(text));
  const auto hint = std::ranges::find(kLanguageCodes, spoken_so_far);
  if (hint != std::end(kLanguageCodes)) {
    probabilities[static_cast<std::size_t>(hint - kLanguageCodes)] *= kLanguageHint;
  }
  return static_cast<Language>(std::ranges::max_element(probabilities) - probabilities.begin());
}

Engine::Belief Engine::believe(const Text& text, const std::vector<Item>& entities,
                               Stretch stretch) const {
  auto features = intent_features(text, entities, stretch);
  Belief belief{.intents = model_.intents().probabilities(features)};
  features.push_back(unknown_share(
      text, entities, [this](std::string_view word) { return model_.knows(word); }, stretch));
  const double out = model_.gate().probabilities(features)[1];
  belief.foreign =
      model_.gate_mix().foreign(out, best_intent(model_.intents().labels, belief.intents));
  return belief;
}

/// What is asked for in clauses outweighs what they are wrapped in: "hola, cómo están? quería saber
/// si tienen wifi" is about the wifi.
void Engine::weigh_clauses(const Text& text, const std::vector<Item>& entities,
                           Belief& whole) const {
  const auto parts = clauses(text, entities);
  if (parts.size() < 2) return;
  std::vector<Belief> requests;
  for (const Stretch& part : parts) {
    if (plain_words(text, entities, part).empty()) continue;
    Belief belief = believe(text, entities, part);
    const auto best = std::ranges::max_element(belief.intents);
    const auto label =
        model_.intents().labels[static_cast<std::size_t>(best - belief.intents.begin())];
    if (!is_manners(split(label).intent) && *best >= kSureRequest && belief.foreign < kSureForeign)
      requests.push_back(std::move(belief));
  }
  if (requests.empty()) return;
  const float share = kClauseShare / static_cast<float>(requests.size());
  for (std::size_t i = 0; i < whole.intents.size(); ++i) {
    whole.intents[i] *= 1 - kClauseShare;
    for (const Belief& request : requests) whole.intents[i] += share * request.intents[i];
  }
  double least = 1;
  for (const Belief& request : requests) least = std::min(least, request.foreign);
  whole.foreign = (1 - kClauseShare) * whole.foreign + kClauseShare * least;
}

void Engine::rank(const Text& text, const std::vector<Item>& entities, ParseReply& reply) const {
  Belief belief = believe(text, entities, {});
  weigh_clauses(text, entities, belief);
  const double out = belief.foreign;

  std::map<std::string_view, double> by_intent;
  std::map<std::string_view, std::pair<double, std::string_view>> best_topic;
  for (std::size_t i = 0; i < belief.intents.size(); ++i) {
    const auto [intent, topic] = split(model_.intents().labels[i]);
    by_intent[intent] += (1 - out) * belief.intents[i];
    auto& [best, name] = best_topic[intent];
    if (belief.intents[i] > best) best = belief.intents[i], name = topic;
  }
  by_intent[kOutOfScope] = out;
  if (const auto answer = plain_yes_no(text, entities); !answer.empty()) {
    for (auto& [intent, probability] : by_intent) probability *= 1 - kPlainYesNo;
    by_intent[answer == "yes" ? "confirm" : "deny"] = kPlainYesNo;
  }

  for (const auto& [intent, probability] : by_intent)
    reply.ranking.push_back({std::string(intent), probability});
  std::ranges::stable_sort(reply.ranking, std::greater<>{}, &Intent::confidence);
  reply.ranking.resize(std::min(reply.ranking.size(), kRanked));
  reply.intent = reply.ranking.front();
  reply.topic = best_topic[reply.intent.name].second;
}

Result<ParseReply> Engine::parse(const ParseRequest& request) const {
  const auto now = read_local_time(request.now);
  if (!now)
    return Error{ErrorClass::permanent, "now: not a local date-time such as 2026-12-10T09:30:00"};

  const Text text = read_text(request.text);
  const Language language = detect_language(text, request.language);
  Chart chart = read_chart(text, language, grammars_);
  read_answer(chart, request.pending, [this](std::string_view word) { return model_.knows(word); });
  const auto items = choose(chart);
  Text repaired = text;
  repair_typos(
      repaired, items,
      [this](std::string_view word) { return model_.knows(word) || model_.knows_foreign(word); },
      [this](std::string_view word) { return model_.knows(word); });

  ParseReply reply{.language = std::string(kLanguageCodes[static_cast<std::size_t>(language)])};
  rank(repaired, items, reply);
  reply.unit = unit_of(chart, items);
  for (const Item& item : items)
    if (auto entity = to_entity(item, text, *now)) reply.entities.push_back(*std::move(entity));
  const bool bare_answer = !items.empty() && says_nothing_else(words_beside(items, text)) &&
                           !asks(text) && reply.intent.confidence < kPlainYesNo;
  if (bare_answer && !request.pending.empty())
    reply.intent.confidence = std::min(reply.intent.confidence, kBareAnswer);
  return reply;
}

}  // namespace conserje::nlu
