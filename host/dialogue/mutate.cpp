#include "dialogue/mutate.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace conserje {
namespace {

/// Words that the mutations put into a guest's mouth.
struct Phrases {
  std::string_view language;
  std::string_view i_mean;  // Before what he says instead.
  std::string_view dates, nights, party_size, room_type, guest_name;  // Values that he takes back;
  std::string_view day, hour, area;                                   // of a table.
  std::string_view question;  // About the house, which every house can answer;
  std::string_view other;     // and another one.
};
constexpr Phrases kPhrases[] = {
    {"es", "No, mejor ", "del 3 al 5 de febrero", "5 noches", "somos 3 personas",
     "la habitación triple", "a nombre de Luis García", "el 4 de febrero", "a las 22:30",
     "en la terraza", "¿A qué hora es el check-in?", "¿A qué hora es el check-out?"},
    {"en", "No, rather ", "from 3 to 5 February", "5 nights", "we are 3 people", "the triple room",
     "under the name Luis Garcia", "on 4 February", "at 10:30 pm", "on the terrace",
     "What time is check-in?", "What time is check-out?"},
    {"pt", "Não, melhor ", "de 3 a 5 de fevereiro", "5 noites", "somos 3 pessoas",
     "o quarto triplo", "em nome de Luis Garcia", "no dia 4 de fevereiro", "às 22:30", "na varanda",
     "A que horas é o check-in?", "A que horas é o check-out?"},
};

const Phrases& phrases_of(std::string_view language) {
  const auto found = std::ranges::find(kPhrases, language, &Phrases::language);
  return found == std::end(kPhrases) ? kPhrases[0] : *found;
}

/// A value of the slot that is soon taken back; empty: the slot is not one of those.
std::string_view other_value(const Phrases& phrases, std::string_view slot) {
  if (slot == "dates") return phrases.dates;
  if (slot == "nights") return phrases.nights;
  if (slot == "party_size") return phrases.party_size;
  if (slot == "room_type") return phrases.room_type;
  if (slot == "guest_name") return phrases.guest_name;
  if (slot == "day") return phrases.day;
  if (slot == "hour") return phrases.hour;
  if (slot == "area") return phrases.area;
  return {};
}

/// What a guest says before `turn`, in the same breath: from the same place, at the same time.
DialogueTurn aside(const DialogueTurn& turn, std::string_view text) {
  return {.at = turn.at,
          .guest = std::string(text),
          .from = turn.from,
          .channel = turn.channel,
          .wait = turn.wait};
}

/// A question about the house: answered, and nothing else comes of it.
DialogueTurn question(const DialogueTurn& turn, std::string_view text) {
  DialogueTurn asked = aside(turn, text);
  asked.intent = "hotel_info";
  return asked;
}

/// What must come of `turn`, of what is said in `said`.
DialogueTurn with_words_of(DialogueTurn turn, const DialogueTurn& said) {
  turn.guest = said.guest;
  turn.press = said.press;
  turn.intent = said.intent;
  return turn;
}

/// Values in the reverse order: which question comes in between is open, and what the last one
/// leads to is what the last one led to.
void reverse_slots(std::span<DialogueTurn> turns) {
  const std::vector<DialogueTurn> before(turns.begin(), turns.end());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const auto& said = before[turns.size() - 1 - i];
    turns[i] = i + 1 == turns.size() ? with_words_of(before.back(), said) : aside(said, said.guest);
    turns[i].press = said.press;
  }
}

Script reordered(Script script) {
  bool is_changed = false;
  auto& turns = script.turns;
  for (auto begin = turns.begin(); begin != turns.end();) {
    const auto end = std::find_if(begin, turns.end(), [&](const DialogueTurn& turn) {
      return turn.order != begin->order || turn.from != begin->from;
    });
    if (begin->order != Order::fixed && end - begin > 1) {
      is_changed = true;
      if (begin->order == Order::alone) {
        std::reverse(begin, end);
      } else {
        reverse_slots({begin, end});
      }
    }
    begin = end;
  }
  if (!is_changed) turns.clear();
  return script;
}

Script corrected(Script script) {
  const Phrases& phrases = phrases_of(script.language);
  std::vector<DialogueTurn> turns;
  for (auto& turn : script.turns) {
    const auto other = turn.order == Order::slot    ? other_value(phrases, turn.answers)
                       : turn.order == Order::alone ? phrases.other
                                                    : std::string_view();
    if (!other.empty() && !turn.guest.empty()) {
      turns.push_back(aside(turn, other));
      turn.wait = {};
      if (turn.order == Order::slot) turn.guest = std::string(phrases.i_mean) + turn.guest;
    }
    turns.push_back(std::move(turn));
  }
  if (turns.size() == script.turns.size()) turns.clear();
  script.turns = std::move(turns);
  return script;
}

/// Whether a guest who asks something in between changes what comes of the turn: who was handed to
/// a person hears nothing, what is counted in a row is no longer in a row, and what a wait brought
/// is told with the first message after it.
bool stands_interruption(const DialogueTurn& turn) {
  const bool tells_of_wait = turn.wait != Millis(0) && !turn.events.empty();
  return !turn.silent && turn.intent != "fallback" && !tells_of_wait;
}

Script interrupted(Script script) {
  const Phrases& phrases = phrases_of(script.language);
  std::vector<DialogueTurn> turns;
  for (auto& turn : script.turns) {
    if (stands_interruption(turn)) {
      turns.push_back(question(turn, phrases.question));
      turn.wait = {};
    }
    turns.push_back(std::move(turn));
  }
  if (turns.size() == script.turns.size()) turns.clear();
  script.turns = std::move(turns);
  return script;
}

}  // namespace

Script mutated(const Script& script, std::string_view mutation) {
  if (mutation == "reordered") return reordered(script);
  return mutation == "corrected" ? corrected(script) : interrupted(script);
}

}  // namespace conserje
