#include "names.hpp"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "example_lines.hpp"
#include "text.hpp"

namespace conserje::nlu {
namespace {

constexpr std::string_view kRoomType = "room_type";
constexpr std::string_view kOurRoomTypes[] = {"single", "double", "twin",
                                              "triple", "suite",  "family"};

bool is_our_room_type(std::string_view value) {
  return std::ranges::find(kOurRoomTypes, value) != std::end(kOurRoomTypes);
}

/// What the files say, before the synonyms are put to the entities that they are of.
struct Raw {
  struct Item {
    std::string name{};  // The entity's, or a synonym's value.
    std::vector<std::string> lines{};
  };
  std::vector<Item> lookups{}, regexes{}, synonyms{};
  std::vector<Names::Phrase> annotated{};
};

/// One item's kind to where it goes; null: it is of no name.
std::vector<Raw::Item>* place_of(Raw& raw, std::string_view kind) {
  if (kind == "lookup") return &raw.lookups;
  if (kind == "regex") return &raw.regexes;
  return kind == "synonym" ? &raw.synonyms : nullptr;
}

/// A member of an annotation's JSON, or empty.
std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// "[la Jacarandá]{...}" and the older "[la Jacarandá](room_type:double)" name a value.
void take_annotations(std::string_view line, Raw& raw) {
  for (auto open = line.find('['); open != std::string_view::npos;
       open = line.find('[', open + 1)) {
    const auto close = line.find(']', open);
    if (close == std::string_view::npos || close + 1 >= line.size()) return;
    const char bracket = line[close + 1];
    const auto end = bracket == '{'   ? line.find('}', close)
                     : bracket == '(' ? line.find(')', close)
                                      : std::string_view::npos;
    if (end == std::string_view::npos) continue;
    Names::Phrase phrase{.text = std::string(line.substr(open + 1, close - open - 1))};
    const auto inside = line.substr(close + 2, end - close - 2);
    if (bracket == '{') {
      const auto json = parse_json('{' + std::string(inside) + '}');
      if (!json || !json->is_object()) continue;
      phrase.entity = text_of(*json, "entity");
      phrase.value = text_of(*json, "value");
    } else if (const auto colon = inside.find(':'); colon != std::string_view::npos) {
      phrase.entity = inside.substr(0, colon);
      phrase.value = inside.substr(colon + 1);
    }
    if (!phrase.entity.empty() && !phrase.value.empty()) raw.annotated.push_back(phrase);
  }
}

/// The type that a synonym is of: that of the lookup where it or one of its phrases stands.
std::string entity_of(const Raw::Item& synonym, const std::map<std::string, std::string>& types) {
  const auto type_of = [&](std::string_view text) {
    const auto found = types.find(fold(text));
    return found == types.end() ? std::string() : found->second;
  };
  if (auto type = type_of(synonym.name); !type.empty()) return type;
  for (const auto& line : synonym.lines)
    if (auto type = type_of(line); !type.empty()) return type;
  return is_our_room_type(synonym.name) ? std::string(kRoomType) : "";
}

Result<Names> named(const Raw& raw) {
  std::map<std::string, Names::Phrase> phrases;  // By their folded text: the last one counts.
  std::map<std::string, std::string> types;
  for (const auto& lookup : raw.lookups)
    for (const auto& line : lookup.lines) {
      phrases[fold(line)] = {line, lookup.name, line};
      types[fold(line)] = lookup.name;
    }
  for (const auto& phrase : raw.annotated) phrases[fold(phrase.text)] = phrase;
  for (const auto& synonym : raw.synonyms) {
    const auto entity = entity_of(synonym, types);
    if (entity.empty()) continue;
    for (const auto& line : synonym.lines) phrases[fold(line)] = {line, entity, synonym.name};
  }
  Names names;
  for (auto& [folded, phrase] : phrases)
    if (!folded.empty()) names.phrases.push_back(std::move(phrase));
  for (const auto& regex : raw.regexes)
    for (const auto& line : regex.lines) names.shapes.push_back({regex.name, line});
  if (auto fault = fault_of(names); !fault.empty()) return Error{ErrorClass::config, fault};
  return names;
}

void read_block(const YAML::Node& list, std::vector<std::string>& lines) {
  if (list.IsScalar()) {
    for_each_line(list.as<std::string>(), [&](std::string_view line) { lines.emplace_back(line); });
  } else if (list.IsSequence()) {
    for (const auto& line : list)
      lines.push_back(line.IsMap() ? line["text"].as<std::string>() : line.as<std::string>());
  }
}

void read_item(const YAML::Node& item, Raw& raw) {
  for (const char* kind : {"lookup", "regex", "synonym"}) {
    if (!item[kind]) continue;
    Raw::Item found{.name = item[kind].as<std::string>()};
    read_block(item["examples"], found.lines);
    place_of(raw, kind)->push_back(std::move(found));
  }
  if (!item["intent"]) return;
  std::vector<std::string> lines;
  read_block(item["examples"], lines);
  for (const auto& line : lines) take_annotations(line, raw);
}

Status read_yaml(std::string_view yaml, Raw& raw) {
  try {  // yaml-cpp's seam.
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (!root.IsMap() || !root["nlu"].IsSequence())
      return Error{ErrorClass::config, "no list `nlu`"};
    for (const auto& item : root["nlu"]) read_item(item, raw);
    return Done{};
  } catch (const YAML::Exception& error) {
    return Error{ErrorClass::config, error.what()};
  }
}

/// "## lookup:room_type" begins a list of its kind; "## intent:..." has annotations.
void read_markdown(std::string_view markdown, Raw& raw) {
  std::vector<Raw::Item>* place = nullptr;
  for_each_text_line(markdown, [&](std::string_view line) {
    if (line.starts_with('#')) {
      const auto heading = trim(line.substr(std::min(line.find_first_not_of('#'), line.size())));
      const auto colon = heading.find(':');
      place = colon == std::string_view::npos ? nullptr : place_of(raw, heading.substr(0, colon));
      if (place != nullptr) place->push_back({std::string(trim(heading.substr(colon + 1))), {}});
    } else if (line.starts_with('-') || line.starts_with('*')) {
      const auto text = trim(line.substr(1));
      if (place == nullptr) return take_annotations(text, raw);
      if (!text.empty()) place->back().lines.emplace_back(text);
    }
  });
}

std::string block_of(const std::vector<std::string>& lines) {
  std::string block = "  examples: |\n";
  for (const auto& line : lines) block += "    - " + line + '\n';
  return block;
}

Category category_of(std::string_view entity) {
  if (entity == kRoomType) return Category::room_type;
  if (entity == "code") return Category::code;
  return entity == "person_name" ? Category::person_name : Category::filler;
}

bool begin_at_words(const std::vector<std::string>& words, const Text& text, std::size_t at) {
  if (words.size() > text.tokens.size() - at) return false;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (text.tokens[at + i].folded != words[i]) return false;
  return true;
}

}  // namespace

Result<Names> read_names(std::string_view yaml) {
  Raw raw;
  if (const auto read = read_yaml(yaml, raw); !read) return read.error();
  return named(raw);
}

Result<Names> read_markdown_names(std::string_view markdown) {
  Raw raw;
  read_markdown(markdown, raw);
  return named(raw);
}

Result<Names> read_name_files(const std::vector<std::string>& paths) {
  Raw raw;
  for (const auto& path : paths) {
    const auto text = read_text_file(path);
    if (!text) return text.error();
    if (std::filesystem::path(path).extension() == ".md") {
      read_markdown(*text, raw);
    } else if (const auto read = read_yaml(*text, raw); !read) {
      return Error{ErrorClass::config, path + ": " + read.error().message};
    }
  }
  return named(raw);
}

std::string write_names(const Names& names) {
  std::map<std::string, std::vector<std::string>> lookups, synonyms, regexes;
  for (const auto& phrase : names.phrases) {
    lookups[phrase.entity].push_back(phrase.text);
    if (phrase.value != phrase.text) synonyms[phrase.value].push_back(phrase.text);
  }
  for (const auto& shape : names.shapes) regexes[shape.entity].push_back(shape.regex);
  std::string yaml;
  for (const auto& [kind, items] :
       {std::pair{"lookup", &lookups}, {"regex", &regexes}, {"synonym", &synonyms}})
    for (const auto& [name, lines] : *items)
      yaml += std::string("- ") + kind + ": " + Json(name).dump() + '\n' + block_of(lines);
  return yaml;
}

std::string fault_of(const Names& names) {
  if (names.phrases.size() > kMaxPhrases)
    return "more than " + std::to_string(kMaxPhrases) + " phrases of lookups and synonyms";
  if (names.shapes.size() > kMaxPatterns)
    return "more than " + std::to_string(kMaxPatterns) + " regexes";
  for (const auto& phrase : names.phrases)
    if (phrase.text.size() > kMaxPhraseBytes || phrase.value.size() > kMaxPhraseBytes)
      return "a phrase of " + phrase.entity + " is longer than " + std::to_string(kMaxPhraseBytes) +
             " bytes";
  for (const auto& shape : names.shapes) {
    if (shape.regex.size() > kMaxPatternBytes)
      return "the regex of " + shape.entity + " is longer than " +
             std::to_string(kMaxPatternBytes) + " bytes";
    if (const RE2 regex(shape.regex, RE2::Quiet); !regex.ok())
      return "the regex of " + shape.entity + ": " + regex.error();
  }
  return "";
}

struct NameFinder::Entry {
  std::vector<std::string> words{};
  std::string entity{}, value{};
};
struct NameFinder::Shape {
  std::string entity{};
  std::unique_ptr<const RE2> regex{};
};

NameFinder::NameFinder(const Names& names) {
  for (const auto& phrase : names.phrases) {
    Entry entry{.entity = phrase.entity, .value = phrase.value};
    for (auto& token : read_text(phrase.text).tokens)
      entry.words.push_back(std::move(token.folded));
    if (!entry.words.empty()) entries_.push_back(std::move(entry));
  }
  // Of those with the same first word the longest first.
  std::ranges::stable_sort(entries_, [](const Entry& a, const Entry& b) {
    return a.words.front() != b.words.front() ? a.words.front() < b.words.front()
                                              : a.words.size() > b.words.size();
  });
  for (const auto& shape : names.shapes)
    shapes_.push_back({shape.entity, std::make_unique<const RE2>(shape.regex, RE2::Quiet)});
}

NameFinder::~NameFinder() = default;
NameFinder::NameFinder(NameFinder&&) noexcept = default;

std::vector<Named> NameFinder::find(const Text& text) const {
  std::vector<Named> found;
  const auto first_word = [](const Entry& entry) -> const std::string& {
    return entry.words.front();
  };
  for (std::size_t at = 0; at < text.tokens.size() && !entries_.empty();) {
    const auto like = std::ranges::equal_range(entries_, text.tokens[at].folded, {}, first_word);
    const auto hit = std::ranges::find_if(
        like, [&](const Entry& entry) { return begin_at_words(entry.words, text, at); });
    if (hit == like.end()) {
      ++at;
      continue;
    }
    found.push_back({at, at + hit->words.size(), hit->entity, hit->value});
    at += hit->words.size();
    if (found.size() == kMaxNamed) return found;
  }
  for (const Shape& shape : shapes_) {
    std::size_t from = 0;
    re2::StringPiece match;
    while (
        found.size() < kMaxNamed && from < text.original.size() &&
        shape.regex->Match(text.original, from, text.original.size(), RE2::UNANCHORED, &match, 1)) {
      const auto begin = static_cast<std::size_t>(match.data() - text.original.data());
      const auto end = begin + match.size();
      from = std::max(end, begin + 1);
      const auto first = std::ranges::find(text.tokens, begin, &Token::begin);
      const auto last = std::ranges::find(text.tokens, end, &Token::end);
      if (first == text.tokens.end() || last == text.tokens.end()) continue;
      const Named one{static_cast<std::size_t>(first - text.tokens.begin()),
                      static_cast<std::size_t>(last - text.tokens.begin()) + 1, shape.entity, ""};
      if (std::ranges::none_of(found, [&](const Named& other) {
            return other.begin < one.end && one.begin < other.end;
          }))
        found.push_back(one);
    }
  }
  std::ranges::sort(found, {}, &Named::begin);
  return found;
}

void put_names(const std::vector<Named>& named, std::vector<Item>& items) {
  if (named.empty()) return;
  std::erase_if(items, [&](const Item& item) {
    return std::ranges::any_of(
        named, [&](const Named& one) { return one.begin < item.end && item.begin < one.end; });
  });
  for (const Named& one : named) {
    const auto category = category_of(one.entity);
    if (category == Category::filler) continue;
    items.push_back({category, static_cast<std::uint16_t>(one.begin),
                     static_cast<std::uint16_t>(one.end), -1, Meaning{}});
  }
  std::ranges::sort(items, {}, &Item::begin);
}

Entity to_entity(const Named& named, const Text& text) {
  const auto surface = text.surface(named.begin, named.end);
  return Entity{.type = std::string(named.entity),
                .text = std::string(surface),
                .start_byte = text.tokens[named.begin].begin,
                .end_byte = text.tokens[named.end - 1].end,
                .value = std::string(named.value.empty() ? surface : named.value),
                .confidence = 1};
}

}  // namespace conserje::nlu
