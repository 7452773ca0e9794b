#include "dialogue/script.hpp"

#include <algorithm>
#include <charconv>

#include "conserje/date_time.hpp"
#include "dialogue/mutate.hpp"
#include "pipeline/yaml.hpp"

namespace conserje {
namespace {

using Kind = YamlValue::Kind;

/// One mapping of the file while it is read: each key that exists is asked for once, finish()
/// complains about the others.
class Fields {
 public:
  Fields(const YamlValue& map, std::string what, std::vector<Finding>& findings)
      : map_(map), what_(std::move(what)), findings_(findings) {}

  const YamlValue* find(std::string_view key) {
    known_.emplace_back(key);
    return map_.find(key);
  }

  void text(std::string_view key, std::string& target) {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (value->kind != Kind::scalar) return complain(*value, key, "a text");
    target = value->text;
  }

  /// One text, or a list of them.
  void texts(std::string_view key, std::vector<std::string>& target) {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (value->kind == Kind::scalar) {
      target.push_back(value->text);
    } else if (value->kind == Kind::list) {
      for (const auto& item : value->items) {
        if (item.kind != Kind::scalar) return complain(item, key, "a text");
        target.push_back(item.text);
      }
    } else {
      complain(*value, key, "a text, or a list of texts");
    }
  }

  void number(std::string_view key, std::int64_t& target) {
    const auto* value = find(key);
    if (value == nullptr) return;
    const auto* end = value->text.data() + value->text.size();
    const auto [stop, error] = std::from_chars(value->text.data(), end, target);
    if (value->kind != Kind::scalar || error != std::errc() || stop != end)
      complain(*value, key, "a whole number");
  }

  void flag(std::string_view key, bool& target) {
    std::string text;
    this->text(key, text);
    if (text == "true")
      target = true;
    else if (!text.empty() && text != "false")
      complain(*map_.find(key), key, "true or false");
  }

  void require(std::string_view key, const std::string& needed) {
    if (map_.find(key) == nullptr)
      findings_.push_back({.at = map_.at,
                           .path = std::string(key),
                           .found = in_quotes(key) + " is missing in " + what_,
                           .needed = std::string(key) + ": " + needed});
  }

  void complain(const YamlValue& value, std::string_view key, const std::string& needed) {
    findings_.push_back({.at = value.at,
                         .path = std::string(key),
                         .found = shown(value) + " does not fit " + in_quotes(key),
                         .needed = std::string(key) + ": " + needed});
  }

  void finish() {
    for (const auto& entry : map_.entries) {
      if (std::ranges::find(known_, entry.key) != known_.end()) continue;
      findings_.push_back({.at = entry.at,
                           .path = entry.key,
                           .found = "unknown key " + in_quotes(entry.key) + " in " + what_,
                           .fix = did_you_mean(entry.key, known_),
                           .needed = "one of " + joined(known_)});
    }
  }

 private:
  const YamlValue& map_;
  std::string what_;
  std::vector<Finding>& findings_;
  std::vector<std::string> known_{};
};

/// "90s", "5m", "25h" or "2d".
std::optional<Millis> parse_wait(std::string_view text) {
  if (text.size() < 2 || text.size() > 6) return std::nullopt;
  const std::int64_t unit_s = text.back() == 's'   ? 1
                              : text.back() == 'm' ? 60
                              : text.back() == 'h' ? 3'600
                              : text.back() == 'd' ? 86'400
                                                   : 0;
  std::int64_t count = -1;
  const auto* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (unit_s == 0 || error != std::errc() || stop != end || count < 0) return std::nullopt;
  return Millis(count * unit_s * 1'000);
}

void read_fields(const YamlValue& value, const std::string& prefix, Expected& expected) {
  for (const auto& entry : value.entries) {
    if (entry.value.kind == Kind::map)
      read_fields(entry.value, prefix + entry.key + ".", expected);
    else
      expected.fields.emplace_back(prefix + entry.key, entry.value.text);
  }
}

/// A list of names, each alone or with what must stand in it: [find, {create: {room_type: double}}]
void read_expected(Fields& fields, std::string_view key, std::vector<Expected>& out) {
  const auto* list = fields.find(key);
  if (list == nullptr) return;
  const std::string needed = "a list of names, each alone or as {NAME: {FIELD: VALUE}}";
  if (list->kind != Kind::list) return fields.complain(*list, key, needed);
  for (const auto& item : list->items) {
    if (item.kind == Kind::scalar) {
      out.push_back({.name = item.text, .at = item.at});
    } else if (item.kind == Kind::map && item.entries.size() == 1) {
      const auto& [name, at, value] = item.entries.front();
      auto& expected = out.emplace_back(Expected{.name = name, .at = at});
      read_fields(value, "", expected);
    } else {
      fields.complain(item, key, needed);
    }
  }
}

void read_order(Fields& fields, DialogueTurn& turn) {
  std::string order;
  fields.text("order", order);
  if (order == "alone") turn.order = Order::alone;
  fields.text("answers", turn.answers);
  if (!turn.answers.empty()) turn.order = Order::slot;
}

DialogueTurn read_turn(const YamlValue& value, std::vector<Finding>& findings) {
  DialogueTurn turn{.at = value.at};
  for (const auto& entry : value.entries) turn.places[entry.key] = entry.at;
  Fields fields(value, "a turn", findings);
  fields.text("guest", turn.guest);
  fields.text("press", turn.press);
  fields.text("send", turn.send);
  fields.text("from", turn.from);
  fields.text("channel", turn.channel);
  if (const auto* wait = fields.find("wait")) {
    const auto parsed = parse_wait(wait->text);
    if (!parsed) fields.complain(*wait, "wait", "a time such as 90s, 5m, 25h or 2d");
    turn.wait = parsed.value_or(Millis(0));
  }
  fields.text("intent", turn.intent);
  fields.text("reply", turn.reply);
  fields.texts("says", turn.says);
  fields.texts("never_says", turn.never_says);
  if (const auto* asks = fields.find("asks")) turn.asks = asks->text;
  if (value.find("buttons") != nullptr) fields.texts("buttons", turn.buttons.emplace());
  if (value.find("calls") != nullptr) read_expected(fields, "calls", turn.calls.emplace());
  read_expected(fields, "events", turn.events);
  fields.flag("silent", turn.silent);
  read_order(fields, turn);
  for (const auto* known : {"buttons", "calls"}) fields.find(known);
  fields.finish();
  const int said = !turn.guest.empty() + !turn.press.empty() + !turn.send.empty();
  if (said != 1)
    findings.push_back({.at = value.at,
                        .path = "turns",
                        .found = "a turn in which a guest does not do one thing",
                        .needed = "one of guest: TEXT, press: BUTTON, send: KIND"});
  return turn;
}

Given read_given(const YamlValue& value, std::vector<Finding>& findings) {
  Given given;
  auto& request = given.request;
  Fields fields(value, "a reservation", findings);
  fields.text("guest", given.guest);
  fields.text("code", request.reference);
  fields.require("code", "its reference, such as CJ-7");
  fields.text("name", request.guest_name);
  fields.text("room_type", request.room_type);
  fields.require("room_type", "such as double; of a table its area, such as indoor");
  fields.text("check_in", request.stay.check_in);
  fields.require("check_in", "a date such as 2026-12-10");
  std::string time;
  fields.text("time", time);
  fields.text("check_out", request.stay.check_out);
  if (time.empty()) {
    fields.require("check_out", "a date such as 2026-12-12; of a table, time: 20:00");
  } else {
    request.stay.check_out = request.stay.check_in;
    request.stay.date_time = request.stay.check_in + "T" + time;
  }
  request.stay.adults = 2;
  fields.number("adults", request.stay.adults);
  fields.finish();
  return given;
}

/// Runs `read` for each mapping of a list.
template <class Read>
void each(Fields& fields, std::string_view key, Read read) {
  const auto* list = fields.find(key);
  if (list == nullptr) return;
  if (list->kind != Kind::list || list->items.size() > kMostTurns)
    return fields.complain(*list, key,
                           "a list of at most " + std::to_string(kMostTurns) + " mappings");
  for (const auto& item : list->items) {
    if (item.kind == Kind::map)
      read(item);
    else
      fields.complain(item, key, "a list of mappings");
  }
}

void read_mutations(Fields& fields, const YamlValue& document, Script& script) {
  script.mutations.assign(kMutations.begin(), kMutations.end());
  const auto* written = document.find("mutations");
  if (written == nullptr) {
    fields.find("mutations");
    return;
  }
  script.mutations.clear();
  fields.texts("mutations", script.mutations);
  for (const auto& name : script.mutations)
    if (std::ranges::find(kMutations, name) == kMutations.end())
      fields.complain(*written, "mutations", "of reordered, corrected, interrupted");
}

}  // namespace

Script read_script(std::string_view text, const std::filesystem::path& file,
                   std::vector<Finding>& findings) {
  Script script{.file = file};
  const auto document = parse_yaml(text, file.string(), findings);
  if (!document) return script;
  if (document->kind != Kind::map) {
    findings.push_back({.at = {file.string(), 1, 1},
                        .path = "",
                        .found = "no dialogue",
                        .needed = "a mapping with house, clock, language and turns"});
    return script;
  }
  Fields fields(*document, "the dialogue", findings);
  std::string house;
  fields.text("house", house);
  fields.require("house", "the house's pipeline definition, from this file's folder");
  script.house = (file.parent_path() / house).lexically_normal();
  std::string clock;
  fields.text("clock", clock);
  fields.require("clock", "the house's time at the first turn, such as 2026-11-20T09:00");
  if (const auto time = parse_date_time(clock))
    script.clock = {date_of(*time), time_of(*time)};
  else if (!clock.empty())
    fields.complain(*document->find("clock"), "clock", "a time such as 2026-11-20T09:00");
  fields.text("language", script.language);
  fields.require("language", "of the replies, such as es");
  each(fields, "reservations",
       [&](const YamlValue& item) { script.given.push_back(read_given(item, findings)); });
  each(fields, "turns",
       [&](const YamlValue& item) { script.turns.push_back(read_turn(item, findings)); });
  fields.require("turns", "a list such as [{guest: Hola, intent: greeting}]");
  read_mutations(fields, *document, script);
  fields.finish();
  return script;
}

}  // namespace conserje
