// A receiver's Retry-After is any bytes: the wait is between none and a day.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "retry_after.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto wait = conserje::webhook::parse_retry_after(value, 1'767'225'600'000);
  if (wait && (wait->count() < 0 || wait->count() > 86'400'000)) std::abort();
  return 0;
}
