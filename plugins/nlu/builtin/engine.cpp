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
constexpr double kNoKnownWord = 0.3;  // Nor of what is said in words we have never seen.
constexpr double kPlainYesNo = 0.99;  // "Sí" leaves no doubt.
constexpr float kLanguageHint = 12;   // So much likelier is what the guest has spoken so far.

// A few words tell the classifier little. A language that it does not exclude, less than so many
// times less likely than the best, becomes so much likelier by each word that its grammar knows.
constexpr float kExcluded = 100000;
constexpr float kKnownWord = 12;
constexpr float kTellingLetters = 8;  // From so many on the classifier is believed.

constexpr float kClauseShare = 0.5F;  // Of a belief, what the clauses that ask for something make.
constexpr float kSureRequest = 0.6F;  // So likely is what such a clause asks for,
constexpr double kSureForeign = 0.3;  // and so unlikely that it is not for us.
constexpr std::string_view kOutOfScope = "out_of_scope";

constexpr std::string_view kLanguageCodes[] = {"es", "en", "pt"};

std::ptrdiff_t words_known(const Text& text, const Grammar& grammar) {
  return std::ranges::count_if(text.tokens, [&](const Token& token) {
    return token.kind == TokenKind::word && grammar.knows(token.folded);
  });
}

/// How far the classifier of languages is to be believed, 0 to 1: by the letters that it saw.
float languages_trust(const Text& text) {
  std::size_t letters = 0;
  for (const Token& token : text.tokens)
    if (token.kind == TokenKind::word) letters += token.folded.size();
  return std::min(1.F, static_cast<float>(letters) / kTellingLetters);
}

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

bool names_something(const std::vector<Item>& entities, Stretch part) {
  return std::ranges::any_of(
      entities, [&](const Item& item) { return item.begin >= part.begin && item.end <= part.end; });
}

/// Said around what somebody wants.
bool is_manners(std::string_view intent) {
  constexpr std::string_view kManners[] = {"greeting", "thanks", "goodbye",
                                           "confirm",  "deny",   "help"};
  return std::ranges::find(kManners, intent) != std::end(kManners);
}

/// What was read, and in its place what the hotel calls so itself; by where it stands.
void tell_entities(const std::vector<Item>& items, const std::vector<Named>& named,
                   const Text& text, LocalTime now, ParseReply& reply) {
  const auto is_named = [&](const Item& item) {
    return std::ranges::find(named, item.begin, &Named::begin) != named.end();
  };
  for (const Item& item : items)
    if (!is_named(item))
      if (auto entity = to_entity(item, text, now)) reply.entities.push_back(*std::move(entity));
  for (const Named& one : named) reply.entities.push_back(to_entity(one, text));
  std::ranges::stable_sort(reply.entities, {}, &Entity::start_byte);
}

/// "El código es CJ-1": asked for, it is the answer, and no wish to see the reservation.
bool only_says_code(std::string_view pending, const ParseReply& reply) {
  return pending == "code" && reply.intent.name == "reservation_status" &&
         std::ranges::find(reply.entities, "code", &Entity::type) != reply.entities.end();
}

}  // namespace

Language Engine::detect_language(const Text& text, std::string_view spoken_so_far) const {
  auto probabilities = model_.languages().probabilities(language_features(text));
  const auto hint = std::ranges::find(kLanguageCodes, spoken_so_far);
  if (hint != std::end(kLanguageCodes)) {
    const auto trust = languages_trust(text);
    for (float& one : probabilities) one = std::pow(one, trust);
    probabilities[static_cast<std::size_t>(hint - kLanguageCodes)] *= kLanguageHint;
  }
  const float least = *std::ranges::max_element(probabilities) / kExcluded;
  if (std::ranges::count_if(probabilities, [&](float one) { return one > least; }) > 1)
    for (std::size_t i = 0; i < probabilities.size(); ++i)
      if (probabilities[i] > least)
        probabilities[i] *= static_cast<float>(
            std::pow(kKnownWord, words_known(text, grammars_.of(static_cast<Language>(i)))));
  return static_cast<Language>(std::ranges::max_element(probabilities) - probabilities.begin());
}

/// There are words, and none of them is in an example.
bool Engine::knows_none(const Text& text) const {
  const auto words = plain_words(text, {});
  return !words.empty() && std::ranges::none_of(words, [this](std::string_view word) {
    return model_.knows(word) || model_.knows_foreign(word);
  });
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

/// What the clauses of a message ask for, in their order; nothing when it has one clause only. A
/// single word asks for something where it goes on with what was asked before, "tienen pileta y
/// gimnasio?", or names what it is about: "reservar una suite".
std::vector<Engine::Request> Engine::requests(const Text& text, const std::vector<Item>& entities,
                                              Language language) const {
  const auto parts = clauses(text, entities, language);
  std::vector<Request> found;
  if (parts.size() < 2) return found;
  const auto& labels = model_.intents().labels;
  for (const Stretch& part : parts) {
    const auto words = plain_words(text, entities, part).size();
    if (words == 0) continue;
    Belief belief = believe(text, entities, part);
    const auto best = std::ranges::max_element(belief.intents);
    const auto label = static_cast<std::size_t>(best - belief.intents.begin());
    const std::string_view intent = split(labels[label]).intent;
    if (is_manners(intent) || *best < kSureRequest || belief.foreign >= kSureForeign) continue;
    if (words == 1 && !found.empty() && !names_something(entities, part) &&
        split(labels[found.back().label]).intent != intent)
      continue;
    found.push_back({label, std::move(belief)});
  }
  return found;
}

/// What is asked for in clauses outweighs what they are wrapped in: "hola, cómo están? quería saber
/// si tienen wifi" is about the wifi.
void Engine::weigh(const std::vector<Request>& requests, Belief& whole) {
  if (requests.empty()) return;
  const float share = kClauseShare / static_cast<float>(requests.size());
  double least = 1;
  for (std::size_t i = 0; i < whole.intents.size(); ++i) {
    whole.intents[i] *= 1 - kClauseShare;
    for (const Request& request : requests) whole.intents[i] += share * request.belief.intents[i];
  }
  for (const Request& request : requests) least = std::min(least, request.belief.foreign);
  whole.foreign = (1 - kClauseShare) * whole.foreign + kClauseShare * least;
}

/// What is asked for beside the intent. Of two requests each is as sure as its own clause says, for
/// all that the message asks for something else, too.
void Engine::tell_further(const std::vector<Request>& requests, ParseReply& reply) const {
  if (requests.empty()) return;
  const auto& labels = model_.intents().labels;
  const auto is_main = [&](std::string_view label) {
    return split(label).intent == reply.intent.name && split(label).topic == reply.topic;
  };
  const auto main =
      static_cast<std::size_t>(std::ranges::find_if(labels, is_main) - labels.begin());
  if (main == labels.size()) return;
  const auto speaks_for_main = std::ranges::max_element(
      requests, {}, [&](const Request& request) { return request.belief.intents[main]; });
  for (auto request = requests.begin(); request != requests.end(); ++request) {
    const auto [intent, topic] = split(labels[request->label]);
    const double sure =
        (1 - request->belief.foreign) * double{request->belief.intents[request->label]};
    if (intent == reply.intent.name)
      reply.intent.confidence = std::max(reply.intent.confidence, sure);
    const bool told = request == speaks_for_main || request->label == main ||
                      std::ranges::any_of(reply.also, [&](const AlsoAsked& other) {
                        return other.name == intent && other.topic == topic;
                      });
    if (!told) reply.also.push_back({std::string(intent), sure, std::string(topic)});
  }
  reply.ranking.front() = reply.intent;
}

void Engine::rank(const Text& text, const std::vector<Item>& entities,
                  const std::vector<Request>& requests, ParseReply& reply) const {
  Belief belief = believe(text, entities, {});
  weigh(requests, belief);
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
  auto items = choose(chart);
  const auto named = names_.find(text);
  put_names(named, items);
  Text repaired = text;
  repair_typos(
      repaired, items,
      [this](std::string_view word) { return model_.knows(word) || model_.knows_foreign(word); },
      [this](std::string_view word) { return model_.knows(word); });

  ParseReply reply{.language = std::string(kLanguageCodes[static_cast<std::size_t>(language)])};
  const auto asked = requests(repaired, items, language);
  rank(repaired, items, asked, reply);
  tell_further(asked, reply);
  tell_entities(items, named, text, *now, reply);
  reply.unit = unit_of(chart, items);
  const bool bare_answer = !items.empty() && says_nothing_else(words_beside(items, text)) &&
                           !asks(text) && reply.intent.confidence < kPlainYesNo;
  if ((bare_answer && !request.pending.empty()) || only_says_code(request.pending, reply))
    reply.intent.confidence = std::min(reply.intent.confidence, kBareAnswer);
  if (items.empty() && knows_none(repaired))
    reply.intent.confidence = std::min(reply.intent.confidence, kNoKnownWord);
  return reply;
}

}  // namespace conserje::nlu
