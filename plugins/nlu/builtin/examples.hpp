#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "meaning.hpp"

namespace conserje::nlu {

/// A line with slots gives at most so many sentences.
constexpr std::size_t kMaxVariants = 16;
/// An intent that has fewer lines is not learnt well.
constexpr std::size_t kThinIntent = 10;

/// One sentence that guests say, and what they mean by it.
struct Example {
  std::string text;
  std::string intent;  // "make_reservation", "hotel_info/wifi", "out_of_scope"
  Language language = Language::es;
  float weight = 1;         // Less for each of the many that one line with slots gives.
  std::uint32_t group = 0;  // The same for the sentences of one line with slots; 0: stands alone.

  bool operator==(const Example&) const = default;
};

/// Reads examples in Rasa's NLU YAML format (versions 2.0 to 3.1): items `intent` with `examples`,
/// as one block of "- " lines or as a list of {text}. Entity annotations such as [Ana](person_name)
/// are reduced to their text. The items synonym, regex and lookup are names.hpp's; others (stories,
/// ...) are skipped.
///
/// Beyond that format, a file may have `lists`: names, each with a list of phrases. A line with
/// slots, "hay {room} libre?", stands for as many sentences as the longest list that it names has
/// phrases, at most kMaxVariants; phrases may have slots themselves. Braces around anything else
/// are literal. Errors: config, the text is not YAML of that shape; the message says where.
Result<std::vector<Example>> read_examples(std::string_view yaml, Language language);

/// "es", "en" or "pt".
std::string_view language_code(Language language);

/// The same in Rasa's old Markdown: "## intent:name" and lines "- text" or "* text". Never fails:
/// what is no such line is skipped.
std::vector<Example> read_markdown_examples(std::string_view markdown, Language language);

/// The same from a file, whose name begins with its language: "es.yaml", "pt-spa.yaml", "en.md".
/// Errors: config.
Result<std::vector<Example>> read_example_file(const std::string& path);
/// All of several files. Errors: config, the first that is wrong.
Result<std::vector<Example>> read_example_files(const std::vector<std::string>& paths);

/// The examples as Rasa NLU YAML 3.1, by intent, in their order; slots are filled in.
std::string write_examples(const std::vector<Example>& examples);

/// What a person should look at, one line each: sentences that two intents have, or one twice, and
/// intents with less than kThinIntent lines.
std::vector<std::string> review(const std::vector<Example>& examples);

/// The example's text without entity annotations.
std::string strip_annotations(std::string_view line);

/// The same for the same examples in the same order: what a compiled model is known by.
std::uint64_t content_hash(const std::vector<Example>& examples);

}  // namespace conserje::nlu
