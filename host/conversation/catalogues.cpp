#include "conversation/catalogues.hpp"

#include <span>

#include "guard/embedded.hpp"
#include "pipeline/yaml.hpp"

namespace conserje {

extern const std::span<const EmbeddedFile> kTextFiles;

Result<Catalogues> shipped_catalogues() {
  Catalogues catalogues;
  for (const auto& file : kTextFiles) {
    std::vector<Finding> findings;
    const auto texts = parse_yaml(file.text, std::string(file.name), findings);
    if (!texts || !findings.empty())
      return Error{ErrorClass::bug, "built-in texts: " + report(findings)};
    auto& catalogue = catalogues[std::string(file.name.substr(0, file.name.find('.')))];
    for (const auto& [key, at, value] : texts->entries) catalogue[key] = value.text;
  }
  return catalogues;
}

std::vector<std::string> text_keys(const Catalogues& catalogues) {
  std::vector<std::string> keys;
  if (catalogues.empty()) return keys;
  for (const auto& [key, text] : catalogues.begin()->second) keys.push_back(key);
  return keys;
}

}  // namespace conserje
