#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "meaning.hpp"

namespace conserje::nlu {

/// One sentence that guests say, and what they mean by it.
struct Example {
  std::string text;
  std::string intent;  // "make_reservation", "hotel_info/wifi", "out_of_scope"
  Language language = Language::es;

  bool operator==(const Example&) const = default;
};

/// Reads examples in Rasa's NLU YAML format (version 3.1): items `intent` with `examples`, as one
/// block of "- " lines or as a list of {text}. Entity annotations such as [Ana](person_name) are
/// reduced to their text. Other items (synonym, regex, lookup, stories, ...) are skipped. Errors:
/// config, the text is not YAML of that shape; the message says where.
Result<std::vector<Example>> read_examples(std::string_view yaml, Language language);

/// The same from a file, whose name begins with its language: "es.yaml", "pt-spa.yaml". Errors:
/// config.
Result<std::vector<Example>> read_example_file(const std::string& path);

/// The example's text without entity annotations.
std::string strip_annotations(std::string_view line);

}  // namespace conserje::nlu
