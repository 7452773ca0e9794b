#include "conversation/slots.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "conserje/date_time.hpp"
#include "conserje/json.hpp"
#include "conversation/handlers.hpp"

namespace conserje {
namespace {

std::optional<Date> date_at(const Json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end() || !found->is_string()) return std::nullopt;
  return parse_date(std::string_view(found->get_ref<const std::string&>()).substr(0, 10));
}

std::optional<int> number_in(const Json& value, int least, int most) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (number < least || number > most || number != std::floor(number)) return std::nullopt;
  return static_cast<int>(number);
}

/// "20:00:00", or the time of "2026-11-21T20:00:00".
std::optional<std::chrono::minutes> time_at(const Json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end() || !found->is_string()) return std::nullopt;
  std::string_view text = found->get_ref<const std::string&>();
  if (const auto t = text.find('T'); t != std::string_view::npos) text.remove_prefix(t + 1);
  if (text.size() < 5 || text[2] != ':') return std::nullopt;
  const auto two_digits = [&](std::size_t at, int most) -> std::optional<int> {
    int number = -1;
    const auto* end = text.data() + at + 2;
    const auto [stop, error] = std::from_chars(text.data() + at, end, number);
    if (error != std::errc() || stop != end || number > most) return std::nullopt;
    return number;
  };
  const auto hours = two_digits(0, 23);
  const auto minutes = two_digits(3, 59);
  if (!hours || !minutes) return std::nullopt;
  return std::chrono::minutes(*hours * 60 + *minutes);
}

/// "a las 8" is read as the evening; the other reading of the same day, if there is one.
std::optional<std::chrono::minutes> other_reading(const Json& value) {
  const auto found = value.find("alternatives");
  if (found == value.end() || !found->is_array()) return std::nullopt;
  for (const auto& other : *found)
    if (other.is_object() && date_at(other, "start") == date_at(value, "start") &&
        time_at(other, "start") != time_at(value, "start"))
      return time_at(other, "start");
  return std::nullopt;
}

void take_clock(const Json& value, Slots& slots) {
  slots.time = time_at(value, "start");
  slots.other_time = other_reading(value);
}

/// "a las 13", and "hasta las 13", which is a stretch without a beginning.
void take_time(const Json& value, Slots& slots) {
  if (!value.is_object()) return;
  if (value.value("kind", "") == "time") take_clock(value, slots);
  if (value.value("kind", "") == "range" && !value.contains("start"))
    slots.time = time_at(value, "end");
}

void take_date(const Json& value, Slots& slots) {
  if (!value.is_object()) return;
  const std::string kind = value.value("kind", "");
  const auto start = date_at(value, "start");
  const auto end = date_at(value, "end");
  if (!start) return;
  if (kind == "range") {
    if (!end || days_between(*start, *end) < 1 || days_between(*start, *end) > kMaxNights) return;
    slots.check_in = start;
    slots.check_out = end;
  } else if (kind == "date" || kind == "datetime") {
    if (kind == "datetime") take_clock(value, slots);
    if (!slots.check_in) {
      slots.check_in = start;
    } else if (!slots.check_out && days_between(*slots.check_in, *start) >= 1) {
      slots.check_out = start;  // Two days named one after the other: arrival and departure.
    }
  }
}

void take_party(const Json& value, Slots& slots) {
  if (!value.is_object()) return;
  if (const auto adults = number_in(value.value("adults", Json()), 1, kMaxGuests))
    slots.adults = adults;
  if (const auto children = number_in(value.value("children", Json()), 0, kMaxGuests))
    slots.children = *children;
}

void take_text(const Json& value, std::string& slot) {
  if (value.is_string()) slot = value.get<std::string>();
}

void take(const nlu::Entity& entity, Slots& slots) {
  if (entity.type == "date") take_date(entity.value, slots);
  if (entity.type == "time") take_time(entity.value, slots);
  if (entity.type == "nights") slots.nights = number_in(entity.value, 1, kMaxNights);
  if (entity.type == "party_size") take_party(entity.value, slots);
  if (entity.type == "room_type") take_text(entity.value, slots.room_type);
  if (entity.type == "person_name") take_text(entity.value, slots.guest_name);
  if (entity.type == "code") take_text(entity.value, slots.code);
  if (entity.type == "area") take_text(entity.value, slots.area);
}

/// What the words speak of, where they say it; nights and kinds of rooms say it as well.
std::string unit_of(const std::string& heard, const Slots& slots) {
  if (!heard.empty()) return heard;
  if (slots.nights || !slots.room_type.empty()) return "room";
  return slots.area.empty() ? "" : "table";
}

/// Whether a message names anything that every house understands. A table and its area are for
/// those that have tables: see the engine.
bool names_any(Slots slots) {
  slots.unit.clear();
  slots.area.clear();
  return slots != Slots{};
}

bool is_asked_too(const nlu::ParseReply& reply, std::string_view intent) {
  return std::ranges::find(reply.also, intent, &nlu::AlsoAsked::name) != reply.also.end();
}

/// The questions about the house become `questions` where something else is to be done; what is to
/// be done besides the intent becomes `further`.
void take_further(const nlu::ParseReply& reply, Said& said) {
  constexpr std::string_view kQuestion = "hotel_info";
  const auto deed =
      std::ranges::find_if(reply.also, [&](const auto& other) { return other.name != kQuestion; });
  if (said.intent == kQuestion && deed != reply.also.end()) {
    if (!said.topic.empty()) said.questions.push_back(said.topic);
    said.intent = deed->name;
    said.confidence = deed->confidence;
    said.topic = deed->topic;
  }
  for (const auto& other : reply.also) {
    if (other.name == kQuestion && !other.topic.empty()) said.questions.push_back(other.topic);
    const bool is_told = other.name == kQuestion || other.name == said.intent ||
                         std::ranges::find(said.further, other.name) != said.further.end();
    if (!is_told && other.confidence >= kUnderstood) said.further.push_back(other.name);
  }
}

/// An argument as text; nothing when it is absent or no text.
std::string argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// An argument that is a number, also one in digits; nothing when it is neither.
std::optional<int> number_argument(const Json& arguments, const char* name, int least, int most) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return std::nullopt;
  if (!found->is_string()) return number_in(*found, least, most);
  const auto number = parse_json(found->get_ref<const std::string&>());
  return number ? number_in(*number, least, most) : std::nullopt;
}

/// A number as number_argument; other words are left for the nlu.
std::optional<int> number_or_words(const Json& arguments, const char* name, int least, int most,
                                   const char* pending, std::vector<Words>& words) {
  const auto number = number_argument(arguments, name, least, most);
  const auto text = argument(arguments, name);
  const bool is_words = std::ranges::any_of(text, [](char c) { return c < '0' || c > '9'; });
  if (!number && is_words) words.push_back({name, text, pending});
  return number;
}

std::optional<Date> date_or_words(const Json& arguments, const char* name,
                                  std::vector<Words>& words) {
  const auto text = argument(arguments, name);
  auto date = parse_date(std::string_view(text).substr(0, 10));
  if (!date && !text.empty()) words.push_back({name, text, "dates"});
  return date;
}

/// A stay that cannot be is one whose end nobody has said.
Slots possible(Slots slots) {
  if (!slots.check_in || !slots.check_out) return slots;
  const auto nights = days_between(*slots.check_in, *slots.check_out);
  if (nights < 1 || nights > kMaxNights) slots.check_out.reset();
  return slots;
}

/// What a request names of a table; a time that is no HH:MM is left for the nlu.
void take_table(const Json& given, Slots& slots, std::vector<Words>& words) {
  if (!slots.check_in) slots.check_in = date_or_words(given, "date", words);
  const auto time = argument(given, "time");
  slots.time = parse_clock(time);
  if (!slots.time && !time.empty()) words.push_back({"time", time, "hour"});
  slots.area = argument(given, "area");
  slots.notes = argument(given, "notes");
  slots.notes.resize(std::min(slots.notes.size(), kMaxNotes));
  slots.unit = given.contains("time") || !slots.area.empty() ? "table" : "";
}

}  // namespace

HeardRequest understood_request(const channel::StructuredRequest& request) {
  const Json none = Json::object();
  const Json& given = request.arguments.is_object() ? request.arguments : none;
  HeardRequest heard{.said = {.intent = request.intent, .confidence = 1}};
  auto& [said, words] = heard;
  said.topic = argument(given, "topic");
  Slots& slots = said.slots;
  slots.check_in = date_or_words(given, "arrival", words);
  slots.check_out = date_or_words(given, "departure", words);
  slots.nights = number_or_words(given, "nights", 1, kMaxNights, "nights", words);
  slots.adults = number_or_words(given, "adults", 1, kMaxGuests, "party_size", words);
  slots.children = number_argument(given, "children", 0, kMaxGuests).value_or(0);
  slots.guest_name = argument(given, "name");
  slots.code = argument(given, "code");
  slots.room_type = argument(given, "room_type");
  if (!slots.room_type.empty()) words.push_back({"room_type", slots.room_type, "room_type"});
  take_table(given, slots, words);
  slots = possible(std::move(slots));
  said.names_slots = slots != Slots{};
  return heard;
}

Slots with_words(Slots slots, const Words& words, const nlu::ParseReply& heard) {
  const Slots found = understood(heard).slots;
  if (words.slot == "arrival" && found.check_in) {
    slots.check_in = found.check_in;
    if (found.check_out && !slots.check_out) slots.check_out = found.check_out;
  }
  if (words.slot == "departure" && found.check_in)
    slots.check_out = found.check_out ? found.check_out : found.check_in;
  if (words.slot == "date" && found.check_in) slots.check_in = found.check_in;
  if (words.slot == "time" && found.time) {
    slots.time = found.time;
    slots.other_time = found.other_time;
  }
  if (words.slot == "nights" && found.nights) slots.nights = found.nights;
  if (words.slot == "adults" && found.adults) {
    slots.adults = found.adults;
    if (slots.children == 0) slots.children = found.children;
  }
  if (words.slot == "room_type" && !found.room_type.empty()) slots.room_type = found.room_type;
  return possible(std::move(slots));
}

namespace {

/// What a guest has said of a room is kept for a table, and the other way round, but for what only
/// one of them has.
Slots as_unit(Slots slots) {
  slots.check_out.reset();
  slots.nights.reset();
  slots.room_type.clear();
  slots.area.clear();
  slots.time.reset();
  slots.other_time.reset();
  return slots;
}

}  // namespace

Said understood(const nlu::ParseReply& reply) {
  Said said{
      .intent = reply.intent.name, .confidence = reply.intent.confidence, .topic = reply.topic};
  take_further(reply, said);
  const auto rival = std::ranges::find_if(reply.ranking, [&](const auto& other) {
    return other.name != reply.intent.name && !is_asked_too(reply, other.name);
  });
  if (rival != reply.ranking.end()) {
    said.rival = rival->name;
    said.rival_confidence = rival->confidence;
  }
  for (const auto& entity : reply.entities) take(entity, said.slots);
  said.slots.unit = unit_of(reply.unit, said.slots);
  said.names_slots = names_any(said.slots);
  return said;
}

Slots merged(Slots known, const Slots& news) {
  if (!news.unit.empty() && !known.unit.empty() && news.unit != known.unit)
    known = as_unit(std::move(known));
  if (!news.unit.empty()) known.unit = news.unit;
  if (news.check_in) {
    // "mejor del 15": the stay moves; its length stays if it was known.
    if (known.check_in && known.check_out && !news.check_out && !news.nights)
      known.nights = days_between(*known.check_in, *known.check_out);
    known.check_in = news.check_in;
    known.check_out = news.check_out;
  } else if (news.check_out) {
    known.check_out = news.check_out;
  }
  if (news.nights) {
    known.nights = news.nights;
    known.check_out.reset();
  } else if (news.check_out) {
    known.nights.reset();
  }
  if (news.adults) {
    known.adults = news.adults;
    known.children = news.children;
  } else if (news.children > 0) {
    known.children = news.children;
  }
  if (!news.room_type.empty()) known.room_type = news.room_type;
  if (!news.guest_name.empty()) known.guest_name = news.guest_name;
  if (!news.code.empty()) known.code = news.code;
  if (news.time) {
    known.time = news.time;
    known.other_time = news.other_time;
  }
  if (!news.area.empty()) known.area = news.area;
  if (!news.notes.empty()) known.notes = news.notes;
  return known;
}

pms::Stay table_stay(Date day, std::optional<std::chrono::minutes> time, std::int64_t adults,
                     std::int64_t children) {
  return {.check_in = format_date(day),
          .check_out = format_date(day),
          .adults = adults,
          .children = children,
          .date_time = time ? format_date_time(at_time(day, *time)) : ""};
}

std::optional<pms::Stay> stay_of(const Slots& slots) {
  if (!slots.check_in || !slots.adults) return std::nullopt;
  const auto check_out = slots.check_out ? slots.check_out
                         : slots.nights  ? std::optional(add_days(*slots.check_in, *slots.nights))
                                         : std::nullopt;
  if (!check_out || days_between(*slots.check_in, *check_out) < 1) return std::nullopt;
  return pms::Stay{.check_in = format_date(*slots.check_in),
                   .check_out = format_date(*check_out),
                   .adults = *slots.adults,
                   .children = slots.children};
}

}  // namespace conserje
