#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <vector>

#include "calendar.hpp"
#include "conserje/nlu_types.hpp"
#include "grammar.hpp"

namespace conserje::nlu {

/// The grammars of all languages. Each is made when the first text in it comes: few hotels read
/// all. Any thread.
class Grammars {
 public:
  const Grammar& of(Language language) const;

 private:
  struct Place {
    std::once_flag made;
    std::optional<Grammar> grammar;
  };
  mutable std::array<Place, kLanguages> places_;
};

/// Everything that the language's grammar and the shapes find in the text, overlapping and
/// ambiguous. The text outlives the chart.
Chart read_chart(const Text& text, Language language, const Grammars& grammars);

/// The stretches of the chart that read the most of the text with the fewest entities, without
/// overlap, in order.
std::vector<Item> choose(const Chart& chart);

/// What the words speak of to reserve, as ParseReply::unit.
std::string_view unit_of(const Chart& chart, const std::vector<Item>& chosen);

/// A chosen stretch as an entity; nothing when its date does not exist.
std::optional<Entity> to_entity(const Item& item, const Text& text, LocalTime now);

}  // namespace conserje::nlu
