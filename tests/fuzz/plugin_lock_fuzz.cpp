// A lock file: whatever it holds, reading it ends, and what was read is printed so that it reads as
// the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugin/lock.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lock = conserje::parse_lock(text);
  if (!lock) return 0;
  if (conserje::parse_lock(print(*lock)) != lock) std::abort();
  for (const auto& plugin : lock->plugins)
    if (lock->find(plugin.id) != &plugin) std::abort();
  return 0;
}
