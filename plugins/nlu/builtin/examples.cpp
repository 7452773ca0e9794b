#include "examples.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace conserje::nlu {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Calls use(line) for each "- line" of a block.
template <class Use>
void for_each_line(std::string_view block, Use use) {
  while (!block.empty()) {
    const auto end = std::min(block.find('\n'), block.size());
    auto line = trim(block.substr(0, end));
    block.remove_prefix(std::min(end + 1, block.size()));
    if (!line.starts_with('-')) continue;
    line = trim(line.substr(1));
    if (!line.empty()) use(line);
  }
}

void read_item(const YAML::Node& item, Language language, std::vector<Example>& examples) {
  const auto add = [&](std::string_view text) {
    examples.push_back({strip_annotations(trim(text)), item["intent"].as<std::string>(), language});
  };
  const YAML::Node& list = item["examples"];
  if (list.IsScalar()) {
    for_each_line(list.as<std::string>(), add);
  } else if (list.IsSequence()) {
    for (const auto& example : list) add(example["text"].as<std::string>());
  }
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
    for (const auto& item : root["nlu"])
      if (item["intent"]) read_item(item, language, examples);
    return examples;
  } catch (const YAML::Exception& error) {
    return Error{ErrorClass::config, error.what()};
  }
}

Result<std::vector<Example>> read_example_file(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string().substr(0, 2);
  if (name != "es" && name != "en" && name != "pt")
    return Error{ErrorClass::config,
                 path + ": the file's name must begin with its language: es, en or pt"};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return Error{ErrorClass::config, path + ": cannot be read"};
  auto examples = read_examples(text.str(), name == "es"   ? Language::es
                                            : name == "en" ? Language::en
                                                           : Language::pt);
  if (!examples) return Error{ErrorClass::config, path + ": " + examples.error().message};
  return examples;
}

}  // namespace conserje::nlu
