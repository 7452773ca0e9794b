// Any bytes as a guest's message. The first byte chooses the language that he spoke so far and the
// question pending.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compiled_model.hpp"
#include "engine.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje::nlu;
  static const Engine engine(*Model::read(compiled_model()));
  if (size == 0) return 0;
  constexpr const char* kSpoken[] = {"es", "en", "pt", ""};
  constexpr const char* kAsked[] = {"",          "dates",      "nights",  "party_size",
                                    "room_type", "guest_name", "confirm", "code"};
  const ParseRequest request{.text = std::string(reinterpret_cast<const char*>(data + 1), size - 1),
                             .language = kSpoken[data[0] % 4],
                             .now = "2026-11-20T10:00:00",
                             .pending = kAsked[data[0] / 4 % 8]};
  const auto reply = engine.parse(request);
  if (!reply || reply->ranking.empty()) std::abort();
  for (const Entity& entity : reply->entities) {
    const auto start = static_cast<std::size_t>(entity.start_byte),
               end = static_cast<std::size_t>(entity.end_byte);
    if (start >= end || end > request.text.size() ||
        request.text.substr(start, end - start) != entity.text)
      std::abort();
  }
  return 0;
}
