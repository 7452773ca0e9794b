#include "guard/crash_point.hpp"

#ifdef CONSERJE_CRASH_POINTS
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace conserje {
namespace {

struct CrashAt {
  std::string name;
  long pass = 1;
};

CrashAt from_environment() {
  const char* value = std::getenv("CONSERJE_CRASH_AT");
  if (value == nullptr) return {};
  const std::string text = value;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {text, 1};
  return {text.substr(0, colon), std::strtol(text.c_str() + colon + 1, nullptr, 10)};
}

}  // namespace

void crash_point(std::string_view name) {
  static const CrashAt at = from_environment();
  static std::atomic<long> passes = 0;
  if (at.name.empty() || at.name != name) return;
  if (++passes == at.pass) std::raise(SIGKILL);
}

}  // namespace conserje
#endif
