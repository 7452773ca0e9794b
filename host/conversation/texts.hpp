#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "conversation/turn.hpp"

namespace conserje {

/// Texts by language, then by key; ICU MessageFormat with named places.
using Catalogues = std::map<std::string, std::map<std::string, std::string>>;

/// Writes lines in the guest's language: plurals, dates and money as that language has them.
/// Threads: any.
class Texts {
 public:
  /// The catalogues with a hotel's own texts over them. Errors: config, naming the text that is not
  /// MessageFormat.
  static Result<std::unique_ptr<Texts>> create(
      const Catalogues& shipped,
      const std::map<std::string, std::map<std::string, std::string>>& own);
  ~Texts();

  /// One line. A key that begins with "=" is its own text ("=Doble": a room's name needs no
  /// translation). A language that has no catalogue is answered in the first one.
  std::string render(std::string_view language, const Line& line) const;
  /// The lines, each on its own.
  std::string render(std::string_view language, std::span<const Line> lines) const;

 private:
  struct Formats;
  explicit Texts(std::unique_ptr<Formats> formats);
  std::unique_ptr<Formats> formats_;
};

}  // namespace conserje
