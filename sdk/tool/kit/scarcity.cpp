#include "kit/scarcity.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

// Source: the System V ABI, chapter 5, and its supplements for x86-64 and AArch64 (GLOB_DAT,
// JUMP_SLOT: the address of the symbol, as it is).

namespace conserje::kit {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Xword kGlobDat = R_X86_64_GLOB_DAT;
constexpr Elf64_Xword kJumpSlot = R_X86_64_JUMP_SLOT;
#elif defined(__aarch64__)
constexpr Elf64_Xword kGlobDat = R_AARCH64_GLOB_DAT;
constexpr Elf64_Xword kJumpSlot = R_AARCH64_JUMP_SLOT;
#endif

constexpr long kNever = -1;

/// What is left until the failure. Global, as the functions in a plugin's table have no context.
std::atomic<long> successes_left{kNever};
std::atomic<bool> failure_has_come{false};
std::atomic<std::size_t> least_size{0};

bool is_the_one(std::size_t size) {
  if (size < least_size || successes_left.load() < 0) return false;
  if (successes_left.fetch_sub(1) != 0) return false;
  failure_has_come = true;
  return true;
}

void* scarce_malloc(std::size_t size) { return is_the_one(size) ? nullptr : std::malloc(size); }
void* scarce_calloc(std::size_t count, std::size_t size) {
  return is_the_one(count * size) ? nullptr : std::calloc(count, size);
}
void* scarce_realloc(void* old, std::size_t size) {
  return is_the_one(size) ? nullptr : std::realloc(old, size);
}
void* scarce_new(std::size_t size) {
  if (is_the_one(size)) throw std::bad_alloc();
  return ::operator new(size);
}
void* scarce_new_array(std::size_t size) {
  if (is_the_one(size)) throw std::bad_alloc();
  return ::operator new[](size);
}

struct Import {
  std::string_view name;
  void* ours;
  void* theirs;
};
template <class F>
void* address_of(F* function) {
  return reinterpret_cast<void*>(function);
}
const Import* find_import(std::string_view name) {
  static const Import kAll[] = {
      {"malloc", address_of(scarce_malloc), address_of(std::malloc)},
      {"calloc", address_of(scarce_calloc), address_of(std::calloc)},
      {"realloc", address_of(scarce_realloc), address_of(std::realloc)},
      {"_Znwm", address_of(scarce_new), address_of<void*(std::size_t)>(::operator new)},
      {"_Znam", address_of(scarce_new_array), address_of<void*(std::size_t)>(::operator new[])},
  };
  for (const auto& each : kAll)
    if (each.name == name) return &each;
  return nullptr;
}

/// A loaded object's dynamic section, where its tables are.
struct Tables {
  const Elf64_Sym* symbols = nullptr;
  const char* names = nullptr;
  const Elf64_Rela* relocations[2] = {nullptr, nullptr};
  std::size_t sizes[2] = {0, 0};  // Bytes.
};

Tables tables_of(const link_map& object) {
  Tables tables;
  for (const auto* entry = object.l_ld; entry->d_tag != DT_NULL; ++entry) switch (entry->d_tag) {
      case DT_SYMTAB: tables.symbols = reinterpret_cast<const Elf64_Sym*>(entry->d_un.d_ptr); break;
      case DT_STRTAB: tables.names = reinterpret_cast<const char*>(entry->d_un.d_ptr); break;
      case DT_RELA:
        tables.relocations[0] = reinterpret_cast<const Elf64_Rela*>(entry->d_un.d_ptr);
        break;
      case DT_RELASZ: tables.sizes[0] = entry->d_un.d_val; break;
      case DT_JMPREL:
        tables.relocations[1] = reinterpret_cast<const Elf64_Rela*>(entry->d_un.d_ptr);
        break;
      case DT_PLTRELSZ: tables.sizes[1] = entry->d_un.d_val; break;
      default: break;
    }
  return tables;
}

/// Writes into a page that RELRO has made read-only.
void write_slot(void** slot, void* value) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  auto* begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(slot) & ~(page - 1));
  ::mprotect(begin, page, PROT_READ | PROT_WRITE);
  *slot = value;
}

}  // namespace

Scarcity::Scarcity(const cj_plugin& plugin, std::size_t least)
    : address_(address_of(plugin.create)) {
  least_size = least;
  fail_after(kNever);
  turn(address_, false);
}

Scarcity::~Scarcity() {
  fail_after(kNever);
  turn(address_, true);
}

void Scarcity::fail_after(long successes) {
  failure_has_come = false;
  successes_left = successes;
}

bool Scarcity::has_failed() const { return failure_has_come; }

void Scarcity::turn(const void* address_in_plugin, bool back) {
  Dl_info info{};
  link_map* object = nullptr;
  if (::dladdr1(address_in_plugin, &info, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) ==
          0 ||
      object == nullptr)
    return;
  const auto tables = tables_of(*object);
  for (int table = 0; table < 2; ++table)
    for (std::size_t i = 0; i < tables.sizes[table] / sizeof(Elf64_Rela); ++i) {
      const auto& relocation = tables.relocations[table][i];
      const auto type = ELF64_R_TYPE(relocation.r_info);
      if (type != kGlobDat && type != kJumpSlot) continue;
      const auto& symbol = tables.symbols[ELF64_R_SYM(relocation.r_info)];
      const Import* import = find_import(tables.names + symbol.st_name);
      if (import == nullptr) continue;
      write_slot(reinterpret_cast<void**>(object->l_addr + relocation.r_offset),
                 back ? import->theirs : import->ours);
      if (!back) ++turned_;
    }
}

}  // namespace conserje::kit
