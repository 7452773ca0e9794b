#include "plugin/elf.hpp"

#include <elf.h>
#include <gnu/libc-version.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "conserje/cj.h"
#include "plugin/refusal.hpp"

// Source of the format: the System V ABI, chapters 4 and 5, and elf(5); of the version tables: the
// Linux Standard Base Core 5.0, section 10.7.

namespace conserje {
namespace {

static_assert(std::endian::native == std::endian::little,
              "structs of the file are read as they are");

constexpr std::size_t kNameLimit = 4096;   // Bytes of one symbol or library name.
constexpr std::size_t kTableLimit = 4096;  // Entries that are kept of one table.

constexpr std::string_view kRestore =
    "install the plugin's file again, then look at it with: readelf -hS FILE";
constexpr std::string_view kBuildWithKit =
    "build it with conserje_add_plugin (sdk/cmake/ConserjePlugin.cmake)";

/// The file's bytes; everything that is asked of it is checked against their end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::optional<std::string_view> slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return bytes_.substr(offset, size);
  }
  template <class T>
  std::optional<T> read(std::uint64_t offset) const {
    const auto from = slice(offset, sizeof(T));
    if (!from) return std::nullopt;
    T value;
    std::memcpy(&value, from->data(), sizeof value);
    return value;
  }
  /// The text that ends with a NUL; empty when it does not end, or not soon enough.
  std::string_view text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const auto rest = bytes_.substr(offset, kNameLimit);
    const auto end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64: return "x86-64";
    case EM_386: return "i386";
    case EM_AARCH64: return "AArch64";
    case EM_ARM: return "ARM";
    case EM_RISCV: return "RISC-V";
    default: return "machine number " + std::to_string(machine);
  }
}

/// The first bytes of a file as people can read them.
std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  for (const char c : bytes.substr(0, 16)) out += c >= ' ' && c <= '~' && c != '"' ? c : '.';
  return out + "\"";
}

Error damaged(std::string_view what) {
  return refusal("the file is damaged: " + std::string(what), "a whole ELF file", kOperator,
                 kRestore);
}

Error not_for_here(const std::string& what, const Platform& platform) {
  const auto machine = machine_name(platform.elf_machine);
  return refusal("it is " + what, "a shared object for Linux on " + machine, kOperator,
                 "install the plugin's build for " + machine);
}

/// Judges the first bytes of the file: what it is, and for which machine.
Status check_header(std::string_view bytes, const Platform& platform) {
  if (!bytes.starts_with(ELFMAG))
    return refusal(bytes.empty() ? "the file is empty"
                                 : "it is not an ELF file: it begins with " + quoted(bytes),
                   "a plugin: a shared object for Linux", kOperator,
                   "name the plugin's .so file, or install it again");
  if (bytes.size() < sizeof(Elf64_Ehdr))
    return damaged("it ends after " + std::to_string(bytes.size()) + " bytes, within its header");
  const auto header = *Bytes(bytes).read<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return not_for_here("a 32-bit ELF file", platform);
  if (header.e_ident[EI_DATA] != ELFDATA2LSB)
    return not_for_here("a big-endian ELF file", platform);
  if (header.e_machine != platform.elf_machine)
    return not_for_here("built for " + machine_name(header.e_machine), platform);
  if (header.e_type != ET_DYN)
    return refusal(
        "it is an ELF file, but not a shared object (type " + std::to_string(header.e_type) + ")",
        "a shared object (type 3)", kVendor, kBuildWithKit);
  return Done{};
}

struct Section {
  std::string_view name;
  Elf64_Shdr header;
};

Result<std::vector<Section>> read_sections(const Bytes& file) {
  const auto header = *file.read<Elf64_Ehdr>(0);
  if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr))
    return damaged("it has no section table");
  const auto table = file.slice(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  if (!table || header.e_shstrndx >= header.e_shnum)
    return damaged("its section table lies beyond its end, at byte " +
                   std::to_string(header.e_shoff) + " of " + std::to_string(file.size()));
  const auto at = [&](std::size_t index) {
    return *file.read<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  const auto names = at(header.e_shstrndx);
  const auto name_bytes = file.slice(names.sh_offset, names.sh_size);
  if (!name_bytes) return damaged("the names of its sections lie beyond its end");
  std::vector<Section> sections;
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const auto section = at(i);
    if (section.sh_type != SHT_NOBITS && !file.slice(section.sh_offset, section.sh_size))
      return damaged("section " + std::to_string(i) + " lies beyond its end");
    sections.push_back({Bytes(*name_bytes).text(section.sh_name), section});
  }
  return sections;
}

/// A table of the dynamic linker, with the texts that it points to.
struct Table {
  Bytes entries{std::string_view()};
  Bytes texts{std::string_view()};
};

Table table_of(const Bytes& file, const std::vector<Section>& sections, std::uint32_t type) {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& section) {
    return section.header.sh_type == type;
  });
  if (found == sections.end()) return {};
  Table table{.entries = Bytes(*file.slice(found->header.sh_offset, found->header.sh_size))};
  if (found->header.sh_link < sections.size()) {
    const auto& texts = sections[found->header.sh_link].header;
    if (texts.sh_type == SHT_STRTAB)
      table.texts = Bytes(*file.slice(texts.sh_offset, texts.sh_size));
  }
  return table;
}

Result<std::string_view> find_manifest(const Bytes& file, const std::vector<Section>& sections) {
  std::optional<std::string_view> manifest;
  for (const auto& [name, header] : sections) {
    if (name != CJ_NOTE_SECTION || header.sh_type == SHT_NOBITS) continue;
    const Bytes notes(*file.slice(header.sh_offset, header.sh_size));
    for (std::uint64_t at = 0; at < notes.size();) {
      const auto note = notes.read<Elf64_Nhdr>(at);
      if (!note) return damaged("the note in " CJ_NOTE_SECTION " is cut off");
      const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
      const auto text_at = at + sizeof(Elf64_Nhdr);
      const auto data_at = text_at + padded(note->n_namesz);
      const auto owner = notes.slice(text_at, note->n_namesz);
      const auto data = notes.slice(data_at, note->n_descsz);
      if (!owner || !data) return damaged("the note in " CJ_NOTE_SECTION " is cut off");
      at = data_at + padded(note->n_descsz);
      if (*owner != std::string_view(CJ_NOTE_NAME, sizeof CJ_NOTE_NAME) ||
          note->n_type != CJ_NOTE_MANIFEST)
        continue;
      if (manifest)
        return refusal("it carries two manifests", "one note in " CJ_NOTE_SECTION, kVendor,
                       kBuildWithKit);
      manifest = *data;
    }
  }
  if (!manifest)
    return refusal("it carries no manifest, so it is not a plugin",
                   "a note in the ELF section " CJ_NOTE_SECTION, kVendor, kBuildWithKit);
  return *manifest;
}

struct GlibcVersion {
  unsigned major = 0;
  unsigned minor = 0;

  auto operator<=>(const GlibcVersion&) const = default;
};

/// "GLIBC_2.34" or "2.34"; nullopt for names without a number, such as GLIBC_PRIVATE.
std::optional<GlibcVersion> parse_glibc(std::string_view text) {
  if (text.starts_with("GLIBC_")) text.remove_prefix(6);
  const char* end = text.data() + text.size();
  GlibcVersion version;
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, version.minor).ec != std::errc()) return std::nullopt;
  return version;
}

/// A version of a library's symbols that the file asks for, and its number in the symbols' table.
struct Need {
  std::string_view version;
  unsigned index = 0;
};

std::vector<Need> read_needs(const Table& table) {
  std::vector<Need> needs;
  for (std::uint64_t at = 0; needs.size() < kTableLimit;) {
    const auto library = table.entries.read<Elf64_Verneed>(at);
    if (!library) break;
    std::uint64_t version_at = at + library->vn_aux;
    for (unsigned i = 0; i < library->vn_cnt && needs.size() < kTableLimit; ++i) {
      const auto version = table.entries.read<Elf64_Vernaux>(version_at);
      if (!version) break;
      needs.push_back({table.texts.text(version->vna_name), version->vna_other});
      if (version->vna_next == 0) break;
      version_at += version->vna_next;
    }
    if (library->vn_next < sizeof(Elf64_Verneed)) break;
    at += library->vn_next;
  }
  return needs;
}

/// The first symbol that the file wants in the version of that number; empty when none says so.
std::string_view symbol_of_version(const Table& symbols, const Bytes& versions, unsigned index) {
  for (std::uint64_t i = 0;; ++i) {
    const auto symbol = symbols.entries.read<Elf64_Sym>(i * sizeof(Elf64_Sym));
    const auto version = versions.read<Elf64_Versym>(i * sizeof(Elf64_Versym));
    if (!symbol || !version) return {};
    if ((*version & 0x7fffU) == index) return symbols.texts.text(symbol->st_name);
  }
}

std::vector<std::string_view> read_exports(const Table& symbols) {
  std::vector<std::string_view> exports;
  for (std::uint64_t at = 0; exports.size() < kTableLimit; at += sizeof(Elf64_Sym)) {
    const auto symbol = symbols.entries.read<Elf64_Sym>(at);
    if (!symbol) break;
    const auto binding = ELF64_ST_BIND(symbol->st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    if (symbol->st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
    if (visibility != STV_DEFAULT && visibility != STV_PROTECTED) continue;
    exports.push_back(symbols.texts.text(symbol->st_name));
  }
  return exports;
}

std::vector<std::string_view> read_libraries(const Table& dynamic) {
  std::vector<std::string_view> libraries;
  for (std::uint64_t at = 0; libraries.size() < kTableLimit; at += sizeof(Elf64_Dyn)) {
    const auto entry = dynamic.entries.read<Elf64_Dyn>(at);
    if (!entry || entry->d_tag == DT_NULL) break;
    if (entry->d_tag == DT_NEEDED) libraries.push_back(dynamic.texts.text(entry->d_un.d_val));
  }
  return libraries;
}

/// What the dynamic section says, entry by entry.
void read_dynamic(const Table& dynamic, ElfLinking& linking) {
  for (std::uint64_t at = 0;; at += sizeof(Elf64_Dyn)) {
    const auto entry = dynamic.entries.read<Elf64_Dyn>(at);
    if (!entry || entry->d_tag == DT_NULL) return;
    const auto value = entry->d_un.d_val;
    if (entry->d_tag == DT_BIND_NOW) linking.binds_now = true;
    if (entry->d_tag == DT_TEXTREL) linking.text_relocations = true;
    if (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)
      linking.run_path = dynamic.texts.text(value);
    if (entry->d_tag == DT_FLAGS_1 && (value & DF_1_NOW) != 0) linking.binds_now = true;
    if (entry->d_tag != DT_FLAGS) continue;
    if ((value & DF_BIND_NOW) != 0) linking.binds_now = true;
    if ((value & DF_TEXTREL) != 0) linking.text_relocations = true;
    if ((value & DF_STATIC_TLS) != 0) linking.static_tls = true;
  }
}

/// What the program headers say of memory.
void read_segments(const Bytes& file, ElfLinking& linking) {
  const auto header = *file.read<Elf64_Ehdr>(0);
  linking.executable_stack = true;  // What the kernel takes when nothing is said.
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return;
    if (segment->p_type == PT_GNU_RELRO) linking.relro = true;
    if (segment->p_type == PT_GNU_STACK) linking.executable_stack = (segment->p_flags & PF_X) != 0;
  }
}

void read_symbols(const Table& symbols, ElfLinking& linking) {
  for (std::uint64_t at = sizeof(Elf64_Sym);; at += sizeof(Elf64_Sym)) {
    const auto symbol = symbols.entries.read<Elf64_Sym>(at);
    if (!symbol) return;
    const bool wanted = symbol->st_shndx == SHN_UNDEF;
    auto& list = wanted ? linking.imports : linking.unique;
    if (!wanted && ELF64_ST_BIND(symbol->st_info) != STB_GNU_UNIQUE) continue;
    if (list.size() < kTableLimit) list.push_back(symbols.texts.text(symbol->st_name));
  }
}

}  // namespace

Platform Platform::current() {
  const auto glibc = parse_glibc(gnu_get_libc_version()).value_or(GlibcVersion{});
#if defined(__x86_64__)
  constexpr std::uint16_t machine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr std::uint16_t machine = EM_AARCH64;
#else
#error "plugins are loaded on x86-64 and AArch64"
#endif
  return {machine, glibc.major, glibc.minor};
}

Result<ElfFacts> read_elf(std::string_view bytes, const Platform& platform) {
  if (const auto header = check_header(bytes, platform); !header) return header.error();
  const Bytes file(bytes);
  const auto sections = read_sections(file);
  if (!sections) return sections.error();
  const auto manifest = find_manifest(file, *sections);
  if (!manifest) return manifest.error();

  const auto symbols = table_of(file, *sections, SHT_DYNSYM);
  ElfFacts facts{.manifest = *manifest,
                 .exports = read_exports(symbols),
                 .libraries = read_libraries(table_of(file, *sections, SHT_DYNAMIC))};

  const GlibcVersion here{platform.glibc_major, platform.glibc_minor};
  Need newest;
  for (const auto& need : read_needs(table_of(file, *sections, SHT_GNU_verneed))) {
    if (!need.version.starts_with("GLIBC_")) continue;
    facts.versions.push_back(need.version);
    const auto wanted = parse_glibc(need.version);
    if (wanted && *wanted > parse_glibc(newest.version).value_or(here)) newest = need;
  }
  if (newest.version.empty()) return facts;
  const auto versions = table_of(file, *sections, SHT_GNU_versym);
  const auto symbol = symbol_of_version(symbols, versions.entries, newest.index);
  const auto wanted = std::string(newest.version.substr(6));
  return refusal(
      "it needs glibc " + wanted +
          (symbol.empty() ? std::string() : " (for " + std::string(symbol) + ")") +
          ", this system has " + std::to_string(here.major) + "." + std::to_string(here.minor),
      "a plugin built on a system that is no newer than this one", kVendor,
      "build it on Debian 12 or older; until then run this host on a system with glibc " + wanted);
}

Result<ElfLinking> read_linking(std::string_view bytes, const Platform& platform) {
  if (const auto facts = read_elf(bytes, platform); !facts) return facts.error();
  const Bytes file(bytes);
  const auto sections = read_sections(file);
  if (!sections) return sections.error();
  ElfLinking linking;
  read_segments(file, linking);
  read_dynamic(table_of(file, *sections, SHT_DYNAMIC), linking);
  read_symbols(table_of(file, *sections, SHT_DYNSYM), linking);
  for (const auto& [name, header] : *sections)
    if (name == CJ_NOTE_SECTION && (header.sh_flags & SHF_ALLOC) != 0)
      linking.note_is_loaded = true;
  return linking;
}

}  // namespace conserje
