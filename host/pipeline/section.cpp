#include "pipeline/section.hpp"

#include <algorithm>
#include <utility>

namespace conserje {

using Kind = YamlValue::Kind;

void Reading::complain(const Position& at, std::string path, std::string found, std::string fix,
                       std::string needed) const {
  out.findings.push_back(
      {Severity::error, at, std::move(path), std::move(found), std::move(fix), std::move(needed)});
}

std::optional<Resolved> Reading::resolve_text(const YamlValue& value,
                                              const std::string& path) const {
  auto resolved = resolve(value.text, std::filesystem::path(value.at.file).parent_path(), source);
  for (const auto& problem : resolved.problems) complain(value.at, path, problem);
  if (!resolved.problems.empty()) return {};
  return resolved;
}

Section::Section(const Reading& reading, const YamlValue& map, std::string path,
                 std::string pattern)
    : reading_(reading), map_(map), path_(std::move(path)), pattern_(std::move(pattern)) {}

std::string Section::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::string Section::title() const { return path_.empty() ? "the top level" : in_quotes(path_); }

const YamlValue* Section::take(std::string_view key, Kind kind, const std::string& needed) {
  const auto& shape = known_[std::string(key)] = std::string(key) + ": " + needed;
  const auto pattern = pattern_.empty() ? std::string(key) : pattern_ + "." + std::string(key);
  reading_.out.known_keys.insert(pattern);
  const auto entry = std::ranges::find(map_.entries, key, &YamlEntry::key);
  if (entry == map_.entries.end()) return nullptr;

  reading_.out.written_keys.insert(pattern);
  reading_.out.pipeline.positions[path_of(key)] = entry->value.at;
  if (entry->value.kind == kind) return &entry->value;
  if (entry->value.kind == Kind::null) {
    reading_.complain(entry->at, path_of(key), in_quotes(key) + " has no value",
                      "leave the key out to get its default", shape);
  } else {
    complain_wrong(key, entry->value);
  }
  return nullptr;
}

void Section::complain_wrong(std::string_view key, const YamlValue& value) {
  reading_.complain(value.at, path_of(key),
                    shown(value) + " does not fit " + in_quotes(path_of(key)), "",
                    known_.find(key)->second);
}

void Section::text(std::string_view key, std::string& target, const std::string& needed) {
  read(key, target, needed, [](const std::string& text) { return std::optional(text); });
}

void Section::name(std::string_view key, std::string& target, const std::string& needed) {
  const auto* value = take(key, Kind::scalar, needed);
  if (value == nullptr) return;
  if (value->text.empty()) return complain_wrong(key, *value);
  target = value->text;
}

void Section::path(std::string_view key, std::filesystem::path& target, const std::string& needed) {
  read(key, target, needed, [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::filesystem::path>(text);
  });
}

void Section::flag(std::string_view key, bool& target) {
  read(key, target, "true or false", [](const std::string& text) -> std::optional<bool> {
    if (text == "true") return true;
    if (text == "false") return false;
    return {};
  });
}

void Section::duration(std::string_view key, Millis& target, Millis low, Millis high) {
  const Millis unit(key.ends_with("_ms") ? 1 : 1'000);
  auto count = target / unit;
  number(key, count, low / unit, high / unit);
  target = count * unit;
}

void Section::schedule(std::string_view key, RetrySchedule& target) {
  constexpr std::chrono::seconds kLongest = std::chrono::days(7);
  constexpr std::size_t kMost = 50;
  const auto* list =
      take(key, Kind::list,
           "a list of at most 50 waits in seconds, each at most 7 days, such as [5, 30, 120]; "
           "[] never tries again");
  if (list == nullptr) return;
  if (list->items.size() > kMost) return complain_wrong(key, *list);

  RetrySchedule waits;
  for (const auto& item : list->items) {
    const auto seconds = whole_number<std::int64_t>(item.text);
    if (!seconds || *seconds < 0 || *seconds > kLongest.count()) return complain_wrong(key, item);
    waits.push_back(std::chrono::seconds(*seconds));
  }
  target = std::move(waits);
}

void Section::words(std::string_view key, std::vector<std::string>& target,
                    const std::string& needed) {
  const auto* list = take(key, Kind::list, needed);
  if (list == nullptr) return;
  if (list->items.empty()) return complain_wrong(key, *list);
  std::vector<std::string> words;
  for (const auto& item : list->items) {
    // The place counts the words that are kept, so that it fits the list that others see.
    const auto path = path_of(key) + "[" + std::to_string(words.size()) + "]";
    reading_.out.pipeline.positions[path] = item.at;
    if (item.kind != Kind::scalar || item.text.empty()) {
      complain_wrong(key, item);
      continue;
    }
    if (std::ranges::find(words, item.text) != words.end()) {
      reading_.complain(item.at, path,
                        shown(item) + " stands in " + in_quotes(path_of(key)) + " twice",
                        "keep one of them");
      continue;
    }
    words.push_back(item.text);
  }
  target = std::move(words);
}

void Section::section(std::string_view key, const std::function<void(Section&)>& read) {
  static const YamlValue kNothing(Kind::map, {});
  const auto* map = take(key, Kind::map, "a mapping");
  const auto pattern = pattern_.empty() ? std::string(key) : pattern_ + "." + std::string(key);
  Section inner(reading_, map == nullptr ? kNothing : *map, path_of(key), pattern);
  read(inner);
  inner.finish();
}

void Section::each_entry(
    std::string_view key, const std::string& needed,
    const std::function<void(const YamlEntry&, const std::string& path)>& read) {
  const auto* map = take(key, Kind::map, needed);
  if (map == nullptr) return;
  for (const auto& entry : map->entries) {
    const auto path = path_of(key) + "." + entry.key;
    reading_.out.pipeline.positions[path] = entry.at;
    read(entry, path);
  }
}

void Section::each_item(std::string_view key, const std::string& needed,
                        const std::function<void(Section&)>& read) {
  const auto* list = take(key, Kind::list, needed);
  if (list == nullptr) return;
  if (list->items.empty()) return complain_wrong(key, *list);
  std::size_t index = 0;
  for (const auto& item : list->items) {
    if (item.kind != Kind::map) {
      complain_wrong(key, item);
      continue;
    }
    const auto path = path_of(key) + "[" + std::to_string(index++) + "]";
    reading_.out.pipeline.positions[path] = item.at;
    Section inner(reading_, item, path, path_of(key) + "[]");
    read(inner);
    inner.finish();
  }
}

void Section::require(std::string_view key) {
  if (map_.find(key) != nullptr) return;
  reading_.complain(reading_.out.pipeline.position(path_), path_of(key),
                    in_quotes(key) + " is missing in " + title(), "", known_.find(key)->second);
}

void Section::finish() {
  std::vector<std::string> known;
  known.reserve(known_.size());
  for (const auto& [key, shape] : known_) known.push_back(key);
  for (const auto& entry : map_.entries) {
    if (known_.contains(entry.key)) continue;
    const auto near = nearest(entry.key, known);
    reading_.complain(entry.at, path_of(entry.key),
                      "unknown key " + in_quotes(entry.key) + " in " + title(),
                      near.empty() ? "" : "did you mean " + in_quotes(near) + "?",
                      near.empty() ? "one of " + joined(known) : known_.find(near)->second);
  }
}

}  // namespace conserje
