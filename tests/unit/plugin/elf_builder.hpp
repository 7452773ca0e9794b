#pragma once

#include <elf.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conserje {

/// Writes small ELF files that hold what read_elf() looks at and nothing else, the same on every
/// toolchain.
class ElfBuilder {
 public:
  struct Need {
    std::string symbol;
    std::string version;
  };
  struct Traits {
    std::vector<std::string> manifests{"{}"};
    std::vector<std::string> exports{"cj_entry"};
    std::vector<std::string> libraries{"libc.so.6"};
    std::vector<Need> needs{};
    Elf64_Half machine = EM_X86_64;
    Elf64_Half type = ET_DYN;
  };

  explicit ElfBuilder(Traits traits) : traits_(std::move(traits)) {}

  std::string build() {
    const auto& [manifests, exports, libraries, needs, machine, type] = traits_;
    out_.assign(sizeof(Elf64_Ehdr), '\0');
    sections_.assign(1, {});
    texts_.assign(1, '\0');
    names_.assign(1, '\0');
    std::string notes;
    for (const auto& manifest : manifests) notes += note("Conserje", 1, manifest);
    if (!manifests.empty()) section(".note.conserje", SHT_NOTE, notes, 0);
    constexpr Elf64_Word kTexts = 2;  // The section of all texts is the next one.
    std::string symbols = bytes(Elf64_Sym{});
    std::string versions = bytes(Elf64_Half{0});
    for (const auto& name : exports) symbol(symbols, versions, name, 8, 1);
    for (std::size_t i = 0; i < needs.size(); ++i)
      symbol(symbols, versions, needs[i].symbol, SHN_UNDEF, static_cast<Elf64_Half>(i + 2));
    std::string dynamic;
    for (const auto& library : libraries) dynamic += bytes(Elf64_Dyn{DT_NEEDED, {text(library)}});
    dynamic += bytes(Elf64_Dyn{DT_NULL, {0}});
    const auto wanted = version_needs();
    while (sections_.size() < kTexts) section(".empty", SHT_PROGBITS, "", 0);
    section(".dynstr", SHT_STRTAB, texts_, 0);
    section(".dynsym", SHT_DYNSYM, symbols, kTexts);
    section(".gnu.version", SHT_GNU_versym, versions, 3);
    section(".gnu.version_r", SHT_GNU_verneed, wanted, kTexts);
    section(".dynamic", SHT_DYNAMIC, dynamic, kTexts);
    name(".shstrtab");
    section(".shstrtab", SHT_STRTAB, names_, 0);
    return finish();
  }

  static std::string note(std::string_view owner, Elf64_Word kind, std::string_view data) {
    std::string out = bytes(Elf64_Nhdr{static_cast<Elf64_Word>(owner.size() + 1),
                                       static_cast<Elf64_Word>(data.size()), kind});
    out += owner;
    out += '\0';
    out.resize((out.size() + 3) & ~std::size_t{3});
    out += data;
    out.resize((out.size() + 3) & ~std::size_t{3});
    return out;
  }

  template <class T>
  static std::string bytes(const T& value) {
    std::string out(sizeof value, '\0');
    std::memcpy(out.data(), &value, sizeof value);
    return out;
  }

 private:
  Elf64_Word text(std::string_view value) { return append(texts_, value); }
  Elf64_Word name(std::string_view value) {
    const auto found = names_.find(std::string(value) + '\0');
    return found != std::string::npos ? static_cast<Elf64_Word>(found) : append(names_, value);
  }
  static Elf64_Word append(std::string& to, std::string_view value) {
    const auto at = to.size();
    to += value;
    to += '\0';
    return static_cast<Elf64_Word>(at);
  }
  void symbol(std::string& symbols, std::string& versions, const std::string& called,
              Elf64_Half section_index, Elf64_Half version) {
    Elf64_Sym entry{};
    entry.st_name = text(called);
    entry.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    entry.st_shndx = section_index;
    symbols += bytes(entry);
    versions += bytes(version);
  }
  std::string version_needs() {
    const auto& needs = traits_.needs;
    if (needs.empty()) return {};
    Elf64_Verneed library{};
    library.vn_version = VER_NEED_CURRENT;
    library.vn_cnt = static_cast<Elf64_Half>(needs.size());
    library.vn_file = text("libc.so.6");
    library.vn_aux = sizeof library;
    std::string out = bytes(library);
    for (std::size_t i = 0; i < needs.size(); ++i) {
      Elf64_Vernaux version{};
      version.vna_other = static_cast<Elf64_Half>(i + 2);
      version.vna_name = text(needs[i].version);
      version.vna_next = i + 1 < needs.size() ? sizeof version : 0;
      out += bytes(version);
    }
    return out;
  }
  void section(std::string_view called, Elf64_Word section_type, const std::string& content,
               Elf64_Word link) {
    out_.resize((out_.size() + 7) & ~std::size_t{7});
    Elf64_Shdr header{};
    header.sh_name = name(called);
    header.sh_type = section_type;
    header.sh_offset = out_.size();
    header.sh_size = content.size();
    header.sh_link = link;
    out_ += content;
    sections_.push_back(header);
  }
  std::string finish() {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = traits_.type;
    header.e_machine = traits_.machine;
    header.e_shoff = out_.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<Elf64_Half>(sections_.size());
    header.e_shstrndx = static_cast<Elf64_Half>(sections_.size() - 1);
    for (const auto& each : sections_) out_ += bytes(each);
    std::memcpy(out_.data(), &header, sizeof header);
    return out_;
  }

  Traits traits_;
  std::string out_{};
  std::string texts_{};
  std::string names_{};
  std::vector<Elf64_Shdr> sections_{};
};

inline std::string build_elf(ElfBuilder::Traits traits = {}) {
  return ElfBuilder(std::move(traits)).build();
}

}  // namespace conserje
