#include "store/migrate.hpp"

#include <iostream>

#include "app/start.hpp"
#include "cli/commands.hpp"

namespace conserje {

int migrate_command(const std::filesystem::path& config) {
  const auto checked = check_configuration(config);
  std::cerr << report(checked.findings);
  if (!checked.ok()) return 1;

  const SystemClock clock;
  std::error_code ignored;  // What cannot be made is said by the store.
  std::filesystem::create_directories(checked.pipeline.data_dir, ignored);
  const auto database = open_database(checked.pipeline.store, {}, clock);
  const auto report =
      database ? migrate(**database, clock.now()) : Result<MigrationReport>(database.error());
  if (!report) {
    std::cerr << "conserje: " << report.error().message << '\n';
    return 1;
  }
  for (const auto& name : report->applied) std::cout << "applied " << name << '\n';
  std::cout << "the store is up to date: " << report->before.size() + report->applied.size()
            << " migrations, " << report->applied.size() << " of them new\n";
  return 0;
}

}  // namespace conserje
