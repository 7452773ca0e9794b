#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "admin/problem.hpp"
#include "conserje/json.hpp"

namespace conserje {

/// A request's JSON body, read member by member; what is wrong is gathered, so that the caller
/// learns all of it at once. Members that nobody asked for are wrong as well.
class BodyReader {
 public:
  explicit BodyReader(const Json& body) : body_(body) {}  // Borrowed.

  /// A text of one line that must be there. Bytes: 1 to `most`.
  std::string text(const std::string& name, std::size_t most);
  /// A text of any number of lines that must be there. Bytes: 1 to `most`.
  std::string prose(const std::string& name, std::size_t most);
  /// A truth that may be missing: then `otherwise`.
  bool truth(const std::string& name, bool otherwise);
  /// A list of texts, 1 to `most` of them, that must be there.
  std::vector<std::string> words(const std::string& name, std::size_t most);
  /// A whole number that may be missing.
  std::optional<std::int64_t> number(const std::string& name, std::int64_t low, std::int64_t high);

  /// Something else is wrong with the member at `pointer`.
  void complain(std::string pointer, std::string detail);

  /// 422 with all that is wrong; nullopt: nothing is.
  std::optional<Problem> problem();

 private:
  const Json* find(const std::string& name);

  const Json& body_;
  std::set<std::string> asked_{};
  std::vector<Fault> faults_{};
};

}  // namespace conserje
