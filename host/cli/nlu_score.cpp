#include "cli/nlu_score.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "cli/nlu_moments.hpp"

namespace conserje {
namespace {

constexpr std::string_view kForeign = "out_of_scope";
constexpr std::size_t kHeldOutOneIn = 5;
constexpr std::size_t kConfusionsShown = 8;

std::string text_member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

bool has_list(const Json& row, const char* name) {
  return row.contains(name) && row[name].is_array();
}

std::optional<NluRowKind> kind_of_expected(const Json& row) {
  if (row.contains("ref")) return NluRowKind::dates;
  for (const Json& one : row["expected"]) {
    if (!one.is_object() || !one.contains("value")) return std::nullopt;
    return one["value"].is_boolean() ? NluRowKind::yes_no : NluRowKind::numbers;
  }
  return NluRowKind::yes_no;  // Of what is said in one word only a yes or no may be missing.
}

std::optional<NluRowKind> kind_of(const Json& row) {
  if (has_list(row, "expected")) return kind_of_expected(row);
  if (row.contains("grain") && row.contains("kind")) return NluRowKind::moment;
  if (has_list(row, "accept")) return NluRowKind::accept;
  if (has_list(row, "entities")) return NluRowKind::spans;
  if (row.contains("intent")) return NluRowKind::intent;
  return std::nullopt;
}

/// Every number that stands in a value, however deep.
void collect_numbers(const Json& value, std::vector<double>& numbers) {
  if (value.is_number()) numbers.push_back(value.get<double>());
  if (value.is_structured())
    for (const auto& inner : value) collect_numbers(inner, numbers);
}

bool has_number(const nlu::ParseReply& reply, double wanted) {
  constexpr double kNear = 1e-6;
  std::vector<double> numbers;
  for (const auto& entity : reply.entities) collect_numbers(entity.value, numbers);
  return std::ranges::any_of(numbers, [&](double number) {
    return std::abs(number - wanted) <= kNear * std::max(1.0, std::abs(wanted));
  });
}

/// A day or a time of the source, {"year", "month", "day"} or {"hour", "minute"}, as it stands in a
/// local date-time.
std::string moment_text(const Json& value) {
  char text[48];
  if (value.contains("day"))
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", value.value("year", 0),
                  value.value("month", 0), value.value("day", 0));
  else
    std::snprintf(text, sizeof text, "T%02d:%02d", value.value("hour", 0),
                  value.value("minute", 0));
  return text;
}

bool has_moment(const nlu::ParseReply& reply, const Json& value) {
  const std::string wanted = moment_text(value);
  return std::ranges::any_of(reply.entities, [&](const nlu::Entity& entity) {
    if (!is_moment(entity) || !entity.value.is_object()) return false;
    for (const char* side : {"start", "end"}) {
      const std::string moment = "T" + text_member(entity.value, side);
      if (moment.find(wanted) != std::string::npos) return true;
    }
    return false;
  });
}

bool has_span(const nlu::ParseReply& reply, const Json& wanted, bool is_time) {
  const std::string text = text_member(wanted, "text");
  return std::ranges::any_of(reply.entities, [&](const nlu::Entity& entity) {
    return (is_time ? is_moment(entity) : entity.type == "party_size") &&
           (entity.text.find(text) != std::string::npos ||
            text.find(entity.text) != std::string::npos);
  });
}

using Found = std::map<std::string, NluShare>;

void judge_dates(const Json& row, const nlu::ParseReply& reply, Found& found) {
  std::vector<std::string> wanted, given;
  for (const Json& one : row["expected"]) wanted.push_back(wanted_moment(one));
  for (const auto& entity : reply.entities)
    if (is_moment(entity)) given.push_back(found_moment(entity));
  const bool right = wanted == given;
  if (wanted.empty()) return found["kept empty"].add(right);
  found[text_member(row["expected"][0], "type")].add(right);
  found["dates"].add(right);
}

void judge_moment(const Json& row, const nlu::ParseReply& reply, Found& found) {
  const auto right = [&](Precision precision) {
    return std::ranges::any_of(
        reply.entities, [&](const nlu::Entity& entity) { return agrees(entity, row, precision); });
  };
  found["dates"].add(right(Precision::at_grain));
  found["dates by day"].add(right(Precision::by_day));
}

void judge_numbers(const Json& row, const nlu::ParseReply& reply, Found& found) {
  for (const Json& one : row["expected"])
    found["numbers"].add(
        has_number(reply, std::strtod(text_member(one, "value").c_str(), nullptr)));
}

void judge_yes_no(const Json& row, const nlu::ParseReply& reply, Found& found) {
  const auto given = std::ranges::find(reply.entities, "yes_no", &nlu::Entity::type);
  const bool said = given != reply.entities.end();
  if (row["expected"].empty()) return found["kept empty"].add(!said);
  const bool wanted = row["expected"][0]["value"] == true;
  found["yes/no"].add(said && given->value == (wanted ? "yes" : "no"));
}

void judge_slots(const Json& slots, const nlu::ParseReply& reply, Found& found) {
  for (const auto& [name, slot] : slots.items()) {
    if (!slot.is_object() || !slot.contains("value")) continue;
    const Json& value = slot["value"];
    if (value.is_number())
      found[name].add(has_number(reply, value.get<double>()));
    else if (value.is_object() && (value.contains("day") || value.contains("hour")))
      found[name].add(has_moment(reply, value));
  }
}

void judge_spans(const Json& row, const nlu::ParseReply& reply, Found& found) {
  for (const Json& one : row["entities"]) {
    const std::string name = text_member(one, "entity");
    if (name == "party_size_number" || name == "timeRange")
      found[name].add(has_span(reply, one, name == "timeRange"));
  }
}

std::vector<std::string> accepted_intents(const NluRow& row) {
  if (row.kind == NluRowKind::accept) return row.row["accept"].get<std::vector<std::string>>();
  if (row.kind == NluRowKind::intent) return {text_member(row.row, "intent")};
  return {};
}

std::string line(std::string_view title, std::string_view what, const NluShare& share) {
  char text[160];
  std::snprintf(text, sizeof text, "%-14.14s %6lld/%-6lld = %5.1f %%", std::string(what).c_str(),
                static_cast<long long>(share.right), static_cast<long long>(share.all),
                share.percent());
  return std::string(title) + ": " + text + '\n';
}

std::string line(std::string_view title, std::string_view what, double value) {
  char text[80];
  std::snprintf(text, sizeof text, "%-14.14s %.3f", std::string(what).c_str(), value);
  return std::string(title) + ": " + text + '\n';
}

}  // namespace

Result<NluRow> read_nlu_row(std::string_view line, const std::string& language,
                            const std::string& now) {
  const auto json = parse_json(line);
  if (!json || !json->is_object()) return Error{ErrorClass::permanent, "not a JSON object"};
  const auto kind = kind_of(*json);
  const std::string text = text_member(*json, json->contains("input") ? "input" : "text");
  if (!kind || text.empty())
    return Error{ErrorClass::permanent,
                 "not a row of a test set; needed: {\"text\", \"intent\"}, or another shape that "
                 "`conserje nlu eval --help` names"};
  NluRow row{.kind = *kind, .row = *json};
  const std::string its_language = text_member(*json, "lang"), its_now = text_member(*json, "ref");
  row.request = {.text = text,
                 .language = its_language.empty() ? language : its_language,
                 .now = its_now.empty() ? now : its_now,
                 .time_zone = "UTC"};
  row.held_out = std::hash<std::string>{}(text) % kHeldOutOneIn == 0;
  if (*kind == NluRowKind::dates)
    row.counts =
        json->value("verified", true) && (json->value("core", true) || (*json)["expected"].empty());
  return row;
}

void NluScore::add(const NluRow& row, const nlu::ParseReply& reply) {
  if (!row.counts) return;
  if (const auto accepted = accepted_intents(row); !accepted.empty()) add_intent(accepted, reply);
  switch (row.kind) {
    case NluRowKind::dates: return judge_dates(row.row, reply, found_);
    case NluRowKind::moment: return judge_moment(row.row, reply, found_);
    case NluRowKind::numbers: return judge_numbers(row.row, reply, found_);
    case NluRowKind::yes_no: return judge_yes_no(row.row, reply, found_);
    case NluRowKind::spans: return judge_spans(row.row, reply, found_);
    case NluRowKind::accept:
      return judge_slots(row.row.value("slots", Json::object()), reply, found_);
    case NluRowKind::intent: return;
  }
}

void NluScore::add_intent(const std::vector<std::string>& accepted, const nlu::ParseReply& reply) {
  const bool right = std::ranges::find(accepted, reply.intent.name) != accepted.end();
  const std::string& wanted = right ? reply.intent.name : accepted.front();
  ++answers_[{wanted, reply.intent.name}];
  Bin& bin = bins_[std::min(
      kBins - 1, static_cast<std::size_t>(std::clamp(reply.intent.confidence, 0.0, 1.0) * kBins))];
  bin.confidence += reply.intent.confidence;
  bin.right += right ? 1 : 0;
  ++bin.all;
  if (wanted == kForeign) return;
  covered_.add(reply.intent.confidence >= kNluActs);
  if (reply.intent.confidence >= kNluActs) covered_right_.add(right);
}

NluShare NluScore::accuracy() const {
  NluShare share;
  for (const auto& [answer, count] : answers_) {
    if (answer.first == kForeign) continue;
    share.all += count;
    share.right += answer.first == answer.second ? count : 0;
  }
  return share;
}

NluShare NluScore::foreign_found() const {
  NluShare share;
  for (const auto& [answer, count] : answers_) {
    if (answer.first != kForeign) continue;
    share.all += count;
    share.right += answer.second == kForeign ? count : 0;
  }
  return share;
}

NluShare NluScore::refused() const {
  NluShare share;
  for (const auto& [answer, count] : answers_) {
    if (answer.first == kForeign) continue;
    share.all += count;
    share.right += answer.second == kForeign ? count : 0;
  }
  return share;
}

double NluScore::macro_f1() const {
  std::map<std::string_view, std::int64_t> wanted, given, right;
  for (const auto& [answer, count] : answers_) {
    wanted[answer.first] += count;
    given[answer.second] += count;
    if (answer.first == answer.second) right[answer.first] += count;
  }
  double sum = 0;
  for (const auto& [intent, count] : wanted)
    sum += 2.0 * static_cast<double>(right[intent]) / static_cast<double>(count + given[intent]);
  return wanted.empty() ? 0 : sum / static_cast<double>(wanted.size());
}

double NluScore::calibration_error() const {
  double error = 0;
  std::int64_t all = 0;
  for (const Bin& bin : bins_) {
    error += std::abs(bin.confidence - static_cast<double>(bin.right));
    all += bin.all;
  }
  return all == 0 ? 0 : error / static_cast<double>(all);
}

std::string NluScore::describe(std::string_view title) const {
  std::string text;
  if (!answers_.empty()) {
    if (const auto share = accuracy(); share.all > 0) {
      text += line(title, "accuracy", share) + line(title, "refused", refused());
      text += line(title, "confident", covered_) + line(title, "  and right", covered_right_);
    }
    if (const auto share = foreign_found(); share.all > 0)
      text += line(title, "out of scope", share);
    text += line(title, "macro-F1", macro_f1()) + line(title, "ECE", calibration_error());
    std::vector<std::pair<std::int64_t, std::pair<std::string, std::string>>> confusions;
    for (const auto& [answer, count] : answers_)
      if (answer.first != answer.second) confusions.push_back({count, answer});
    std::ranges::stable_sort(confusions, std::greater<>{},
                             [](const auto& confusion) { return confusion.first; });
    for (std::size_t i = 0; i < std::min(confusions.size(), kConfusionsShown); ++i)
      text += std::string(title) + ": " + std::to_string(confusions[i].first) + " x " +
              confusions[i].second.first + " taken for " + confusions[i].second.second + '\n';
  }
  for (const auto& [what, share] : found_) text += line(title, what, share);
  return text;
}

}  // namespace conserje
