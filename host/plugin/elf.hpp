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

/// How a shared object was linked: what its program headers, its dynamic section and its symbols
/// say. The views point into the bytes that were given.
struct ElfLinking {
  bool binds_now = false;                   // -z now
  bool relro = false;                       // -z relro
  bool executable_stack = false;            // Asked for, or not said at all.
  bool text_relocations = false;            // Code that the loader must change.
  bool static_tls = false;                  // Thread-local storage of which a process has little.
  bool note_is_loaded = false;              // The manifest's section is one that strip keeps.
  std::string_view run_path{};              // DT_RUNPATH or DT_RPATH
  std::vector<std::string_view> imports{};  // Dynamic symbols that it wants of others.
  std::vector<std::string_view> unique{};   // Of those that it defines: GNU unique ones.

  bool operator==(const ElfLinking&) const = default;
};

/// For the vendor's tools; the same bounds and errors as read_elf, which judges the file first.
Result<ElfLinking> read_linking(std::string_view bytes, const Platform& platform);

}  // namespace conserje
