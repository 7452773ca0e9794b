#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/result.hpp"
#include "conversation/turn.hpp"

namespace conserje {

/// Texts by language, then by key; ICU MessageFormat with named places.
using Catalogues =
    std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>;

/// Writes lines in the guest's language: plurals, dates and money as that language has them.
/// Threads: any.
class Texts {
 public:
  /// The catalogues with a hotel's own texts over them. Errors: config, naming the text that is not
  /// MessageFormat.
  static Result<Texts> create(Catalogues shipped,
                              const std::map<std::string, std::map<std::string, std::string>>& own);

  /// One line. A key that begins with "=" is its own text ("=Doble": a room's name needs no
  /// translation). A language that has no catalogue is answered in the first one.
  std::string render(std::string_view language, const Line& line) const;
  /// The lines, each on its own.
  std::string render(std::string_view language, std::span<const Line> lines) const;

 private:
  explicit Texts(Catalogues patterns) : patterns_(std::move(patterns)) {}
  Catalogues patterns_;
};

}  // namespace conserje
