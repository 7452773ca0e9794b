#include "examples.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "example_lines.hpp"
#include "features.hpp"
#include "text.hpp"

namespace conserje::nlu {
namespace {

/// Phrases by the name of their list.
using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;

constexpr int kMaxSlotDepth = 4;             // Phrases with slots whose phrases have slots ...
constexpr std::size_t kMaxLineBytes = 1024;  // Of a line with its slots filled in.

/// The first slot of `text` from `from` on that names a list: {begin, end}; end 0: there is none.
struct Slot {
  std::size_t begin = 0, end = 0;
  const std::vector<std::string>* phrases = nullptr;
};
Slot find_slot(std::string_view text, const Lists& lists) {
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const auto list = lists.find(text.substr(open + 1, close - open - 1));
    if (list != lists.end() && !list->second.empty()) return {open, close + 1, &list->second};
  }
  return {};
}

/// The line's `variant`th sentence: each slot goes round its list with a start and a step of its
/// own, so that slots of one line do not move together.
std::string fill_slots(std::string text, std::size_t variant, const Lists& lists) {
  std::size_t step = 1;
  std::uint32_t start = hash_text(text);
  for (int filled = 0; filled < 8 * kMaxSlotDepth && text.size() < kMaxLineBytes; ++filled) {
    const Slot slot = find_slot(text, lists);
    if (slot.phrases == nullptr) break;
    const auto& phrase = (*slot.phrases)[(variant * step + start) % slot.phrases->size()];
    text.replace(slot.begin, slot.end - slot.begin, phrase);
    step += 2;
    start = start * 31 + 7;
  }
  return text;
}

/// How many sentences a line with slots stands for; 0: it has none.
std::size_t variants_of(std::string_view text, const Lists& lists, int depth = 0) {
  std::size_t most = 0;
  while (true) {
    const Slot slot = find_slot(text, lists);
    if (slot.phrases == nullptr) return std::min(most, kMaxVariants);
    most = std::max(most, slot.phrases->size());
    if (depth < kMaxSlotDepth)
      for (const auto& phrase : *slot.phrases)
        most = std::max(most, variants_of(phrase, lists, depth + 1));
    text.remove_prefix(slot.end);
  }
}

void add_line(std::string_view line, const std::string& intent, Language language,
              const Lists& lists, std::vector<Example>& examples) {
  const std::string text = strip_annotations(trim(line));
  if (text.empty()) return;
  const std::size_t variants = variants_of(text, lists);
  if (variants == 0) return examples.push_back({text, intent, language});
  const float weight = 1 / std::sqrt(static_cast<float>(variants));
  for (std::size_t variant = 0; variant < variants; ++variant)
    examples.push_back(
        {fill_slots(text, variant, lists), intent, language, weight, hash_text(text) | 1U});
}

Lists read_lists(const YAML::Node& node) {
  Lists lists;
  if (!node.IsMap()) return lists;
  for (const auto& list : node)
    for (const auto& phrase : list.second)
      lists[list.first.as<std::string>()].push_back(phrase.as<std::string>());
  return lists;
}

void read_item(const YAML::Node& item, Language language, const Lists& lists,
               std::vector<Example>& examples) {
  const auto intent = item["intent"].as<std::string>();
  const auto add = [&](std::string_view text) {
    add_line(text, intent, language, lists, examples);
  };
  const YAML::Node& list = item["examples"];
  if (list.IsScalar()) {
    for_each_line(list.as<std::string>(), add);
  } else if (list.IsSequence()) {
    for (const auto& example : list) add(example["text"].as<std::string>());
  }
}

/// The name of "## intent:name"; empty: the heading is of something else.
std::string_view intent_of_heading(std::string_view line) {
  constexpr std::string_view kIntent = "intent:";
  line = trim(line.substr(std::min(line.find_first_not_of('#'), line.size())));
  return line.starts_with(kIntent) ? trim(line.substr(kIntent.size())) : std::string_view();
}

}  // namespace

std::string strip_annotations(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (c == '\\' && at + 1 < line.size()) {
      text += line[at + 1];
      at += 2;
      continue;
    }
    const auto close = c == '[' ? line.find(']', at) : std::string_view::npos;
    if (close == std::string_view::npos || close + 1 >= line.size() ||
        (line[close + 1] != '(' && line[close + 1] != '{')) {
      text += c;
      ++at;
      continue;
    }
    const auto end = line.find(line[close + 1] == '(' ? ')' : '}', close);
    if (end == std::string_view::npos) {
      text += c;
      ++at;
      continue;
    }
    text += line.substr(at + 1, close - at - 1);
    at = end + 1;
  }
  return text;
}

Result<std::vector<Example>> read_examples(std::string_view yaml, Language language) {
  try {  // yaml-cpp's seam.
    std::vector<Example> examples;
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (!root.IsMap() || !root["nlu"].IsSequence())
      return Error{ErrorClass::config, "no list `nlu`"};
    const Lists lists = root["lists"] ? read_lists(root["lists"]) : Lists();
    for (const auto& item : root["nlu"])
      if (item["intent"]) read_item(item, language, lists, examples);
    return examples;
  } catch (const YAML::Exception& error) {
    return Error{ErrorClass::config, error.what()};
  }
}

std::vector<Example> read_markdown_examples(std::string_view markdown, Language language) {
  std::vector<Example> examples;
  std::string intent;
  for_each_text_line(markdown, [&](std::string_view line) {
    if (line.starts_with('#')) intent = intent_of_heading(line);
    if (!intent.empty() && (line.starts_with('-') || line.starts_with('*')))
      add_line(line.substr(1), intent, language, {}, examples);
  });
  return examples;
}

Result<std::string> read_text_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return Error{ErrorClass::config, path + ": cannot be read"};
  if (size > kMaxExampleFileBytes)
    return Error{ErrorClass::config, path + ": has " + std::to_string(size) + " bytes; at most " +
                                         std::to_string(kMaxExampleFileBytes) + " are read"};
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string_view language_code(Language language) {
  constexpr std::string_view kCodes[] = {"es", "en", "pt"};
  return kCodes[static_cast<std::size_t>(language)];
}

Result<std::vector<Example>> read_example_file(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string name = file.filename().string().substr(0, 2);
  if (name != "es" && name != "en" && name != "pt")
    return Error{ErrorClass::config,
                 path + ": the file's name must begin with its language: es, en or pt"};
  const Language language = name == "es"   ? Language::es
                            : name == "en" ? Language::en
                                           : Language::pt;
  const auto text = read_text_file(path);
  if (!text) return text.error();
  if (file.extension() == ".md") return read_markdown_examples(*text, language);
  auto examples = read_examples(*text, language);
  if (!examples) return Error{ErrorClass::config, path + ": " + examples.error().message};
  return examples;
}

Result<std::vector<Example>> read_example_files(const std::vector<std::string>& paths) {
  std::vector<Example> all;
  for (const auto& path : paths) {
    auto read = read_example_file(path);
    if (!read) return read.error();
    std::ranges::move(*read, std::back_inserter(all));
  }
  return all;
}

std::string write_examples(const std::vector<Example>& examples) {
  std::vector<std::string_view> intents;
  std::map<std::string_view, std::string> blocks;
  for (const Example& example : examples) {
    auto [block, is_new] = blocks.try_emplace(example.intent);
    if (is_new) intents.push_back(example.intent);
    block->second += "    - ";
    for (const char c : example.text) {
      if (c == '[' || c == '\\') block->second += '\\';
      block->second += c == '\n' || c == '\r' ? ' ' : c;
    }
    block->second += '\n';
  }
  std::string yaml = "version: \"3.1\"\nnlu:\n";
  for (const auto intent : intents)
    yaml += "- intent: " + std::string(intent) + "\n  examples: |\n" + blocks[intent];
  return yaml;
}

std::vector<std::string> review(const std::vector<Example>& examples) {
  std::vector<std::string> findings;
  std::map<std::string, std::string_view> intent_of;  // By the folded sentence and its language.
  std::map<std::string_view, std::set<std::string>> lines;
  for (const Example& example : examples) {
    lines[example.intent].insert(example.group == 0 ? example.text : std::to_string(example.group));
    const std::string said =
        std::to_string(static_cast<int>(example.language)) + fold(example.text);
    const auto [before, is_new] = intent_of.try_emplace(said, example.intent);
    if (is_new || (example.group != 0 && before->second == example.intent)) continue;
    findings.push_back(before->second == example.intent
                           ? "\"" + example.text + "\" stands twice in " + example.intent
                           : "\"" + example.text + "\" is " + std::string(before->second) +
                                 " and " + example.intent + ": keep one");
  }
  for (const auto& [intent, its_lines] : lines)
    if (its_lines.size() < kThinIntent)
      findings.push_back(std::string(intent) + " has " + std::to_string(its_lines.size()) +
                         " lines; " + std::to_string(kThinIntent) + " are needed to learn it well");
  return findings;
}

std::uint64_t content_hash(const std::vector<Example>& examples) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bits.
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xFFU) * 1099511628211U;  // No byte of UTF-8: where one text ends.
  };
  for (const Example& example : examples) {
    add(example.text);
    add(example.intent);
    add(std::to_string(static_cast<int>(example.language)) + ' ' + std::to_string(example.weight));
  }
  return hash;
}

}  // namespace conserje::nlu
