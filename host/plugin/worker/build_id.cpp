#include "plugin/worker/build_id.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

namespace conserje {
namespace {

template <class T>
std::optional<T> at(std::string_view bytes, std::uint64_t place) {
  if (place > bytes.size() || bytes.size() - place < sizeof(T)) return {};
  T value;
  std::memcpy(&value, bytes.data() + place, sizeof value);
  return value;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    text += kDigits[value >> 4U];
    text += kDigits[value & 0xfU];
  }
  return text;
}

std::uint64_t padded(std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; }

/// Of the notes in one segment.
std::string find_note(std::string_view notes) {
  constexpr std::string_view kName("GNU\0", 4);
  constexpr std::size_t kLongest = 64;
  while (const auto head = at<Elf64_Nhdr>(notes, 0)) {
    const auto name = std::uint64_t{sizeof *head};
    const auto content = name + padded(head->n_namesz);
    const auto next = content + padded(head->n_descsz);
    if (next > notes.size()) return {};
    if (head->n_type == NT_GNU_BUILD_ID && notes.substr(name, head->n_namesz) == kName)
      return to_hex(notes.substr(content, std::min<std::size_t>(head->n_descsz, kLongest)));
    notes.remove_prefix(next);
  }
  return {};
}

}  // namespace

std::string build_id(std::string_view bytes) {
  const auto file = at<Elf64_Ehdr>(bytes, 0);
  if (!file || file->e_phentsize != sizeof(Elf64_Phdr)) return {};
  for (std::uint64_t i = 0; i < file->e_phnum; ++i) {
    const auto segment = at<Elf64_Phdr>(bytes, file->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return {};
    if (segment->p_type != PT_NOTE || segment->p_offset > bytes.size()) continue;
    if (auto found = find_note(bytes.substr(segment->p_offset, segment->p_filesz)); !found.empty())
      return found;
  }
  return {};
}

}  // namespace conserje
