#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dialogue/mutate.hpp"

/// Any bytes as a dialogue file, and its mutations.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<conserje::Finding> findings;
  const auto script = conserje::read_script(
      std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.yaml", findings);
  for (const auto mutation : conserje::kMutations) conserje::mutated(script, mutation);
  return 0;
}
