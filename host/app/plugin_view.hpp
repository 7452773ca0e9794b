#pragma once

#include "admin/plugins.hpp"
#include "plugin/plugin.hpp"
#include "plugin/trust_rules.hpp"

namespace conserje {

/// What the admin API shows of a plugin, but for its last reload. Asks the plugin how it is.
PluginView view_of(const Plugin& plugin, const Vouched& vouched);

}  // namespace conserje
