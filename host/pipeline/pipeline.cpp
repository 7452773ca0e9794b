#include "pipeline/pipeline.hpp"

#include <algorithm>

namespace conserje {

std::vector<std::string> Flow::pms_plugins() const {
  if (tables.empty() || tables == pms) return {pms};
  return {pms, tables};
}

Position Pipeline::position(std::string_view path) const {
  while (true) {
    if (const auto found = positions.find(std::string(path)); found != positions.end())
      return found->second;
    if (path.empty()) return {};
    const auto end = path.find_last_of(".[");
    path = path.substr(0, end == std::string_view::npos ? 0 : end);
  }
}

const PluginUse* Pipeline::plugin(std::string_view name) const {
  const auto found = std::ranges::find(plugins, name, &PluginUse::name);
  return found == plugins.end() ? nullptr : &*found;
}

}  // namespace conserje
