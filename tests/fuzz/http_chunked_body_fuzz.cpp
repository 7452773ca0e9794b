// A chunked body, from anybody: it means the same however its bytes arrive.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/chunked_body.hpp"

namespace {

struct Outcome {
  std::string body{};
  std::size_t used = 0;
  bool complete = false;
  bool refused = false;
};

Outcome feed(std::string_view bytes, std::size_t step) {
  conserje::ChunkedBody body(1000);
  Outcome outcome;
  for (std::size_t end = 0; end < bytes.size() && !body.complete();) {
    end = std::min(end + step, bytes.size());
    const auto taken = body.take(bytes.substr(outcome.used, end - outcome.used));
    if (std::holds_alternative<conserje::Refusal>(taken)) return {.refused = true};
    outcome.used += std::get<std::size_t>(taken);
  }
  if (body.complete()) outcome.body = body.body();
  outcome.complete = body.complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto at_once = feed(bytes, size + 1);
  const auto piecewise = feed(bytes, 3);
  if (at_once.complete != piecewise.complete || at_once.body != piecewise.body) std::abort();
  if (at_once.complete && at_once.used != piecewise.used) std::abort();
  if (at_once.body.size() > 1000) std::abort();
  return 0;
}
