// Any bytes as what a server of chat completions answers, and as what its model writes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "payload.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)llm::refused_by({.status = 400, .body = text});
  const auto object = llm::first_object(text);
  if (!object.empty() && (object.front() != '{' || object.back() != '}')) std::abort();
  const auto direct = llm::read_answer(text);
  const Json message = Json::object({{"content", text}});
  const Json choice = Json::object({{"message", message}});
  const Json completion = Json::object({{"choices", Json::array({choice})}});
  const auto within =
      llm::read_answer(completion.dump(-1, ' ', false, Json::error_handler_t::replace));
  for (const auto* read : {&direct, &within}) {
    if (!*read) continue;
    for (const auto& place : llm::places_of((*read)->mentions, text))
      if (place.begin >= place.end || place.end > text.size()) std::abort();
  }
  return 0;
}
