#pragma once

#include <cstddef>
#include <string_view>

#include "conserje/cj.h"

namespace conserje::kit {

/// Bytes as a plugin is lent them: it may not write them, the byte after their end cannot be read,
/// and after `take_back` none of them can. What the plugin does against that is a SIGSEGV at the
/// very place.
class Borrowed {
 public:
  explicit Borrowed(std::string_view bytes);
  ~Borrowed();
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  cj_str wire() const { return {data_, size_}; }
  std::string_view bytes() const { return {data_, size_}; }
  /// The call has returned: the bytes are the plugin's no more.
  void take_back();
  /// The same, and no other bytes will ever stand where these did: for what a plugin might
  /// remember.
  void take_back_for_good();

 private:
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace conserje::kit
