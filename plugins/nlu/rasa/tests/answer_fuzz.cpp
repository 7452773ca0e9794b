// Any bytes as what a Rasa server answers.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "payload.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const auto parse = rasa::read_parse({reinterpret_cast<const char*>(data), size});
  if (!parse) return 0;
  if (parse->ranking.size() > 3) std::abort();
  for (const auto& entity : parse->entities)
    if (entity.start >= entity.end || entity.confidence < 0 || entity.confidence > 1) std::abort();
  return 0;
}
