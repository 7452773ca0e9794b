// Whatever bytes a file on the plugin path holds, reading its manifest ends, and ends with a
// refusal or a manifest.

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugin/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr conserje::Platform kPlatform{EM_X86_64, 2, 36};
  const auto from_file = conserje::read_manifest(bytes, kPlatform);
  const auto from_text = conserje::parse_manifest(bytes);
  const auto linking = conserje::read_linking(bytes, kPlatform);
  if (linking.has_value() != conserje::read_elf(bytes, kPlatform).has_value()) std::abort();
  for (const auto* manifest : {&from_file, &from_text}) {
    if (!*manifest) continue;
    if ((*manifest)->methods.empty() || (*manifest)->kinds.empty()) std::abort();
  }
  return 0;
}
