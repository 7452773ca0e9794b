#include "pipeline/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>
#include <utility>

#include "pipeline/utf8.hpp"

namespace conserje {
namespace {

/// Builds a YamlValue from the parser's events. Throws YAML::ParserException where going on makes
/// no sense.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string file, std::vector<Finding>& findings)
      : file_(std::move(file)), findings_(findings) {}

  YamlValue take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(anchor, {YamlValue::Kind::null, at(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    check_tag(mark, tag);
    YamlValue value(YamlValue::Kind::scalar, at(mark));
    value.text = text;
    value.quoted = quoted;
    add(anchor, std::move(value));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto anchored = anchors_.find(anchor);
    if (anchored == anchors_.end())
      throw YAML::ParserException(mark, "an alias stands inside its own anchor");
    add(0, copy(anchored->second));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, YamlValue::Kind::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, YamlValue::Kind::map);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override {
    merge(open_.back().value);
    end();
  }

 private:
  /// A list or map whose end has not been seen.
  struct Open {
    YamlValue value;
    YAML::anchor_t anchor = 0;
    std::optional<YamlValue> key{};  // Of a map: seen, its value not yet.
  };

  Position at(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  void complain(const Position& place, std::string found, std::string fix = {}) {
    findings_.push_back(
        {.at = place, .path = {}, .found = std::move(found), .fix = std::move(fix)});
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    complain(at(mark), "the tag \"" + tag + "\" means nothing here", "leave it out");
  }

  void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YamlValue::Kind kind) {
    check_tag(mark, tag);
    if (open_.size() >= kYamlDepth)
      throw YAML::ParserException(mark,
                                  "nested deeper than " + std::to_string(kYamlDepth) + " levels");
    open_.push_back({.value = {kind, at(mark)}, .anchor = anchor});
  }

  void end() {
    auto done = std::move(open_.back());
    open_.pop_back();
    add(done.anchor, std::move(done.value));
  }

  void add(YAML::anchor_t anchor, YamlValue value) {
    if (anchor != 0) anchors_[anchor] = copy(value);
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    auto& [into, into_anchor, key] = open_.back();
    if (into.kind == YamlValue::Kind::map && !key) {
      key = std::move(value);
      return;
    }
    grow(into, value);
    if (into.kind == YamlValue::Kind::list)
      into.items.push_back(std::move(value));
    else
      add_entry(into, *std::exchange(key, std::nullopt), std::move(value));
  }

  static void grow(YamlValue& into, const YamlValue& value) {
    into.size += value.size;
    bound(into.size);
  }

  /// Copies are counted together: this is what stops a small file of anchors and aliases from
  /// growing without end.
  YamlValue copy(const YamlValue& value) {
    copied_ += value.size;
    bound(copied_);
    return value;
  }

  static void bound(std::size_t values) {
    if (values > kYamlValues) {
      throw YAML::ParserException(YAML::Mark::null_mark(),
                                  "more than " + std::to_string(kYamlValues) + " values");
    }
  }

  void add_entry(YamlValue& map, YamlValue key, YamlValue value) {
    if (key.kind != YamlValue::Kind::scalar) {
      complain(key.at, "a key must be text", "put it in quotes");
      return;
    }
    // The key's place, not the value's: an entry that is an alias would point to its anchor.
    const auto before = std::ranges::find(map.entries, key.text, &YamlEntry::key);
    if (before != map.entries.end() && key.text != "<<") {
      complain(key.at, "key \"" + key.text + "\" stands here twice",
               "the first is at line " + std::to_string(before->at.line) + "; keep one of them");
      return;
    }
    map.entries.push_back({std::move(key.text), std::move(key.at), std::move(value)});
  }

  /// Replaces the merge keys ("<<: *defaults", or a list of aliases) by what they bring. What the
  /// map says itself wins, then the merges in their order. Source:
  /// https://yaml.org/type/merge.html.
  void merge(YamlValue& map) {
    std::vector<YamlEntry> merges;
    std::erase_if(map.entries, [&](YamlEntry& entry) {
      if (entry.key != "<<") return false;
      merges.push_back(std::move(entry));
      return true;
    });
    for (auto& entry : merges) {
      if (entry.value.kind != YamlValue::Kind::list) {
        merge_one(map, entry.at, entry.value);
      } else {
        for (const auto& item : entry.value.items) merge_one(map, entry.at, item);
      }
    }
  }

  void merge_one(YamlValue& map, const Position& place, const YamlValue& from) {
    if (from.kind != YamlValue::Kind::map) {
      complain(place, "\"<<\" takes a mapping, or a list of them", "such as <<: *defaults");
      return;
    }
    for (const auto& entry : from.entries) {
      if (map.find(entry.key) != nullptr) continue;
      grow(map, entry.value);
      map.entries.push_back({entry.key, entry.at, copy(entry.value)});
    }
  }

  const std::string file_;
  std::vector<Finding>& findings_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlValue> anchors_;
  std::size_t copied_ = 0;  // Values.
  YamlValue root_;
};

/// The place of the byte at `offset`.
Position locate(std::string_view text, std::size_t offset, const std::string& file) {
  const auto before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n') + 1;  // npos + 1 is 0.
  return {file, static_cast<int>(line), static_cast<int>(utf8_length(before.substr(start))) + 1};
}

/// Where the text holds bytes that YAML forbids; yaml-cpp takes some of them for the end of the
/// file.
std::optional<std::size_t> first_forbidden(std::string_view text) {
  const auto control = std::ranges::find_if(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
  });
  const auto offset =
      std::min(static_cast<std::size_t>(control - text.begin()), valid_utf8_prefix(text));
  if (offset == text.size()) return {};
  return offset;
}

}  // namespace

YamlValue::YamlValue(Kind its_kind, Position place) : kind(its_kind), at(std::move(place)) {}

const YamlValue* YamlValue::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

std::string shown(const YamlValue& value) {
  constexpr std::size_t kLongest = 60;
  switch (value.kind) {
    case YamlValue::Kind::null: return "nothing";
    case YamlValue::Kind::list: return value.items.empty() ? "an empty list" : "a list";
    case YamlValue::Kind::map: return "a mapping";
    case YamlValue::Kind::scalar: break;
  }
  if (value.text.size() <= kLongest) return in_quotes(value.text);
  return in_quotes(value.text.substr(0, kLongest) + "...");
}

std::optional<YamlValue> parse_yaml(std::string_view text, const std::string& file,
                                    std::vector<Finding>& findings) {
  if (const auto offset = first_forbidden(text)) {
    findings.push_back({.at = locate(text, *offset, file),
                        .path = {},
                        .found = "a byte that is not text",
                        .fix = "save the file as UTF-8 without control characters"});
    return {};
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    Builder builder(file, findings);
    parser.HandleNextDocument(builder);
    auto value = builder.take();

    Builder second(file, findings);
    if (parser.HandleNextDocument(second)) {
      findings.push_back({.at = second.take().at,
                          .path = {},
                          .found = "a second document begins here",
                          .fix = "put it into a file of its own and use include"});
    }
    return value;
  } catch (const YAML::Exception& problem) {
    const auto mark = problem.mark;
    findings.push_back(
        {.at = mark.is_null() ? Position{file} : Position{file, mark.line + 1, mark.column + 1},
         .path = {},
         .found = "not readable as YAML: " + problem.msg});
  } catch (const std::exception& problem) {
    findings.push_back({.at = {file},
                        .path = {},
                        .found = std::string("not readable as YAML: ") + problem.what()});
  }
  return {};
}

}  // namespace conserje
