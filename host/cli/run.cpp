#include <csignal>
#include <iostream>

#include "app/application.hpp"
#include "cli/commands.hpp"

namespace conserje {

int run_command(const std::filesystem::path& config) {
  std::signal(SIGPIPE, SIG_IGN);  // A peer that left is an error of that write, not our end.
  auto checked = check_configuration(config);
  std::cerr << report(checked.findings);
  if (!checked.ok()) return 1;

  auto application = Application::open(std::move(checked));
  if (!application) {
    std::cerr << "conserje: " << application.error().message << '\n';
    return 1;
  }
  if (const auto ran = (*application)->run(); !ran) {
    std::cerr << "conserje: " << ran.error().message << '\n';
    return 1;
  }
  return 0;
}

}  // namespace conserje
