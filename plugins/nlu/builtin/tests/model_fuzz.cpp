// Any bytes as a compiled model: it is refused, or it reads a message.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "engine.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje::nlu;
  // As mapped: at an address that every part may begin at.
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  const auto bytes = std::as_writable_bytes(std::span(aligned)).first(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte{data[i]};
  auto model = Model::read(bytes);
  if (!model) return 0;
  const Engine engine(*std::move(model));
  if (!engine.parse({.text = "hola, tienen wifi?", .now = "2026-11-20T10:00:00"})) std::abort();
  return 0;
}
