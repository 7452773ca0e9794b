#include <iostream>

#include "app/start.hpp"
#include "cli/commands.hpp"

namespace conserje {

int check_command(const std::filesystem::path& config) {
  auto checked = check_configuration(config);
  if (!checked.ok()) {
    std::cerr << report(checked.findings);
    return 1;
  }
  // The last step before sockets: the plugins' code is loaded and sees its configuration.
  const auto loaded = load_for_a_look(checked);
  std::cerr << report(checked.findings);
  if (!checked.ok()) return 1;
  std::cout << config.string() << " is fine: tenant " << checked.pipeline.tenant << ", " << loaded
            << (loaded == 1 ? " plugin" : " plugins") << ", store "
            << checked.pipeline.store.substr(0, checked.pipeline.store.find(':')) << '\n';
  return 0;
}

}  // namespace conserje
