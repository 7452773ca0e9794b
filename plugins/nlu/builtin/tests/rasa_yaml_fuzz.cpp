// Any bytes as a hotel's file of examples in Rasa's YAML; what is written again reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "examples.hpp"
#include "names.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje::nlu;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  if (const auto names = read_names(yaml); names && !fault_of(*names).empty()) std::abort();
  const auto examples = read_examples(yaml, Language::es);
  if (!examples) return 0;
  for (const auto& example : *examples)
    if (example.text.empty()) std::abort();
  (void)review(*examples);
  (void)read_examples(write_examples(*examples), Language::es);
  return 0;
}
