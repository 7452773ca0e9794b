#pragma once

#include <cstddef>

#include "conserje/cj.h"

namespace conserje::kit {

/// Makes allocations of a loaded plugin fail: its imports of malloc, calloc, realloc and operator
/// new are turned to functions of ours. Everybody else's stay as they are. One at a time; the
/// destructor turns them back. Needs a quiet plugin while it is made and ended.
class Scarcity {
 public:
  /// `plugin` is any table of the plugin's, by which its object is found. Allocations of less than
  /// `least` bytes never fail.
  Scarcity(const cj_plugin& plugin, std::size_t least);
  ~Scarcity();
  Scarcity(const Scarcity&) = delete;
  Scarcity& operator=(const Scarcity&) = delete;

  /// How many imports were turned.
  int turned() const { return turned_; }
  /// From now on the allocation after `successes` more fails, once; negative: none does.
  void fail_after(long successes);
  /// Whether that allocation has come.
  bool has_failed() const;

 private:
  void turn(const void* address_in_plugin, bool back);
  const void* address_;
  int turned_ = 0;
};

}  // namespace conserje::kit
