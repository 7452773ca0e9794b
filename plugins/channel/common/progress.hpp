#pragma once

#include <string>
#include <vector>

#include "conserje/host.hpp"

/// How far messages of several parts went, in the host's store: so that no part goes twice, not
/// even over a restart of the host between two of them. Threads: any, for different references.
namespace conserje {

class Progress {
 public:
  /// The provider's id of each part by its place; empty: it has not gone.
  using Ids = std::vector<std::string>;

  explicit Progress(Host host) : host_(host) {}

  /// Empty for a message that is not kept.
  Ids ids_of(const std::string& reference) const;
  /// What cannot be kept is logged: a restart may then repeat a part.
  void keep(const std::string& reference, const Ids& ids) const;
  void forget(const std::string& reference) const;
  /// Forgets what nobody tries any more; for the start.
  void forget_old() const;

 private:
  Host host_;
};

}  // namespace conserje
