#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"

namespace conserje {

/// The machine that plugins must be built for: this program's own.
struct Platform {
  std::uint16_t elf_machine = 0;  // EM_*
  unsigned glibc_major = 0;
  unsigned glibc_minor = 0;

  static Platform current();
  bool operator==(const Platform&) const = default;
};

/// What a shared object says about itself, read without running any of it. The views point into
/// the bytes that were given.
struct ElfFacts {
  std::string_view manifest{};                // The descriptor of its Conserje note.
  std::vector<std::string_view> exports{};    // Dynamic symbols that it defines and shows.
  std::vector<std::string_view> libraries{};  // DT_NEEDED
  std::vector<std::string_view> versions{};   // Of glibc's symbols, such as "GLIBC_2.34".

  bool operator==(const ElfFacts&) const = default;
};

/// Reads a 64-bit little-endian ELF file by its section table. Pure and bounded: whatever the bytes
/// are, nothing outside them is read, and no count in them makes it take longer than their size
/// does. Errors: a refusal (refusal.hpp): not ELF, not a shared object, another machine, cut off,
/// damaged, without a manifest or with several, a glibc that is newer than the platform's.
Result<ElfFacts> read_elf(std::string_view bytes, const Platform& platform);

}  // namespace conserje
