#pragma once

#include <string>

namespace conserje {

/// What one instance hands over to the next at a reload. Schema: sdk/schema/state.v1.json.
struct PluginState {
  std::string format{};   // The plugin's own name for how the bytes are written: "seen-ids/2".
  std::string bytes{};    // At most 16 MiB.
  std::string version{};  // Of the plugin that exported it; the host fills it in.

  bool operator==(const PluginState&) const = default;
};

}  // namespace conserje
