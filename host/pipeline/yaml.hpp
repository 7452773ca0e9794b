#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"

namespace conserje {

struct YamlEntry;

/// One value of a YAML file, aliases and merge keys already put in place.
struct YamlValue {
  enum class Kind : unsigned char { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string text;     // Of a scalar, without its quotes.
  bool quoted = false;  // In quotes, a block, or tagged !!str: text, whatever it looks like.
  std::vector<YamlValue> items;
  std::vector<YamlEntry> entries;  // In the file's order, no key twice.
  Position at;
  std::size_t size = 1;  // Values in here, itself included.

  YamlValue() = default;
  YamlValue(Kind its_kind, Position place);

  const YamlValue* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Position at;
  YamlValue value;
};

/// Deepest nesting, and most values of one file after its aliases are expanded.
inline constexpr int kYamlDepth = 64;
inline constexpr std::size_t kYamlValues = 50'000;

/// Reads one YAML document; an empty file is a null value. None when it cannot be read further,
/// which is then among the findings. Repeated keys, keys that are not text and unknown tags are
/// findings too. Never throws: the one seam of yaml-cpp's exceptions.
std::optional<YamlValue> parse_yaml(std::string_view text, const std::string& file,
                                    std::vector<Finding>& findings);

/// What somebody wrote, for a message: references as they stand, never what they bring.
std::string shown(const YamlValue& value);

}  // namespace conserje
