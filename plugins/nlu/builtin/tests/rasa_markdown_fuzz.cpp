// Any bytes as a hotel's file of examples in Rasa's old Markdown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "examples.hpp"
#include "names.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje::nlu;
  const std::string_view markdown(reinterpret_cast<const char*>(data), size);
  if (const auto names = read_markdown_names(markdown); names && !fault_of(*names).empty())
    std::abort();
  for (const auto& example : read_markdown_examples(markdown, Language::en))
    if (example.text.empty() || example.intent.empty()) std::abort();
  return 0;
}
