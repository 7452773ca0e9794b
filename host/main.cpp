#include <malloc.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "plugin/worker/worker_main.hpp"

int main(int argc, char** argv) {
  mallopt(M_ARENA_MAX, 1);  // One heap for all threads: hundreds of hosts share a machine.
  // Not a command for people: what the host starts itself for plugins with `isolation: process`.
  if (argc == 2 && std::string_view(argv[1]) == "worker") return conserje::worker_main();

  CLI::App app("Conserje: the guest-messaging host for hotels and restaurants");
  app.require_subcommand(1);
  std::filesystem::path config;
  std::string text;
  std::filesystem::path lock_file;
  std::vector<std::filesystem::path> files;

  auto* run = app.add_subcommand("run", "Serve until SIGTERM or SIGINT");
  auto* check = app.add_subcommand(
      "check", "Check a configuration as run would, without opening a socket or the store");
  auto* attempt =
      app.add_subcommand("try", "Show how one message would be understood and answered");
  auto* plugins =
      app.add_subcommand("plugins", "List the plugins that can be used, without running them");
  auto* lock = plugins->add_subcommand("lock", "Accept plugins as they are now: write a lock file");
  auto* migrate = app.add_subcommand("migrate", "Bring the store's tables up to this host");
  for (auto* command : {run, check, attempt, migrate})
    command->add_option("config", config, "The pipeline definition, a YAML file")->required();
  for (auto* command : {plugins, lock})
    command->add_option("--config", config, "The pipeline definition, for its keys and paths");
  lock->add_option("--lock", lock_file, "The lock file; default: trust.lock of the configuration");
  lock->add_option("files", files, "The plugins' .so files; default: those of the configuration");
  attempt->add_option("text", text, "What a guest writes")->required();
  CLI11_PARSE(app, argc, argv);

  try {
    if (run->parsed()) return conserje::run_command(config);
    if (check->parsed()) return conserje::check_command(config);
    if (attempt->parsed()) return conserje::try_command(config, text);
    if (lock->parsed()) return conserje::plugins_lock_command(config, lock_file, files);
    if (plugins->parsed()) return conserje::plugins_command(config);
    return conserje::migrate_command(config);
  } catch (const std::exception& error) {  // A constructor that could not do its part at the start.
    std::cerr << "conserje: " << error.what() << '\n';
    return 1;
  }
}
