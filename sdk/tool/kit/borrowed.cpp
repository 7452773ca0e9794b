#include "kit/borrowed.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

namespace conserje::kit {

Borrowed::Borrowed(std::string_view bytes) : size_(bytes.size()) {
  if (bytes.empty()) return;  // Null with size 0, which cj.h allows.
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto room = (bytes.size() + page - 1) / page * page;
  mapped_ = room + page;
  mapping_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::bad_alloc();
  char* begin = static_cast<char*>(mapping_) + (room - bytes.size());
  std::memcpy(begin, bytes.data(), bytes.size());
  ::mprotect(mapping_, room, PROT_READ);
  ::mprotect(static_cast<char*>(mapping_) + room, page, PROT_NONE);
  data_ = begin;
}

Borrowed::~Borrowed() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_);
}

void Borrowed::take_back() {
  if (mapping_ != nullptr) ::mprotect(mapping_, mapped_, PROT_NONE);
}

void Borrowed::take_back_for_good() {
  if (mapping_ == nullptr) return;
  // Room without pages behind it.
  ::mmap(mapping_, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
         0);
  mapping_ = nullptr;
}

}  // namespace conserje::kit
