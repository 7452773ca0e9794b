#pragma once

#include "entities.hpp"
#include "model.hpp"

namespace conserje::nlu {

/// Understands one message: language, entities, intent. Immutable; any thread.
class Engine {
 public:
  /// The model's bytes outlive the engine.
  explicit Engine(Model model) : model_(std::move(model)), names_(model_.names()) {}

  /// Errors: permanent, `now` is not a local ISO date-time. Any text is read, whatever its bytes.
  ///
  /// A message that only answers the pending question ("2", "ana perez") states no intent: the
  /// reply's confidence is then low, and the entity is what counts. A message that asks for several
  /// things has one of them as its intent, and the others in `also`.
  Result<ParseReply> parse(const ParseRequest& request) const;

 private:
  Language detect_language(const Text& text, std::string_view spoken_so_far) const;
  /// How likely each label of the model is, and that the message is none of ours.
  struct Belief {
    std::vector<float> intents;
    double foreign = 0;
  };
  Belief believe(const Text& text, const std::vector<Item>& entities, Stretch stretch) const;
  /// What one clause of a message asks for.
  struct Request {
    std::size_t label = 0;  // Of the model's intents.
    Belief belief{};
  };
  std::vector<Request> requests(const Text& text, const std::vector<Item>& entities,
                                Language language) const;
  bool knows_none(const Text& text) const;
  static void weigh(const std::vector<Request>& requests, Belief& whole);
  void rank(const Text& text, const std::vector<Item>& entities,
            const std::vector<Request>& requests, ParseReply& reply) const;
  void tell_further(const std::vector<Request>& requests, ParseReply& reply) const;

  Model model_;
  NameFinder names_;
  Grammars grammars_;
};

}  // namespace conserje::nlu
