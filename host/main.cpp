#include <malloc.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "plugin/worker/worker_main.hpp"

namespace {

/// What the command line asks for. Throws CLI::Error; keeps nothing of the library, whose options
/// would stay in memory as long as the host runs.
std::function<int()> read_command_line(CLI::App& app, int argc, char** argv) {
  app.require_subcommand(1);
  std::filesystem::path config;
  std::string text;
  std::filesystem::path lock_file;
  std::vector<std::filesystem::path> files;
  std::string plugin;
  std::string name;
  std::string expires;
  std::string id;
  std::vector<std::string> scopes;
  bool with_mutations = false;

  auto* run = app.add_subcommand("run", "Serve until SIGTERM or SIGINT");
  auto* check = app.add_subcommand(
      "check", "Check a configuration as run would, without opening a socket or the store");
  auto* attempt =
      app.add_subcommand("try", "Show how one message would be understood and answered");
  auto* test = app.add_subcommand(
      "test", "Play dialogues on a fixed clock, without a network, and compare what comes of them");
  auto* plugins =
      app.add_subcommand("plugins", "List the plugins that can be used, without running them");
  auto* lock = plugins->add_subcommand("lock", "Accept plugins as they are now: write a lock file");
  auto* migrate = app.add_subcommand("migrate", "Bring the store's tables up to this host");
  auto* reload = app.add_subcommand(
      "reload",
      "Have the running host reload a plugin, or all that has changed; wait for the result");
  auto* tokens = app.add_subcommand("tokens", "The API tokens of this host");
  tokens->require_subcommand(1);
  auto* add = tokens->add_subcommand("add", "Make a token and show it, once");
  auto* list = tokens->add_subcommand("list", "Show the tokens; those that ended for 90 days");
  auto* revoke = tokens->add_subcommand("revoke", "End a token at once");
  for (auto* command : {run, check, attempt, migrate, reload, add, list, revoke})
    command->add_option("config", config, "The pipeline definition, a YAML file")->required();
  for (auto* command : {plugins, lock})
    command->add_option("--config", config, "The pipeline definition, for its keys and paths");
  lock->add_option("--lock", lock_file, "The lock file; default: trust.lock of the configuration");
  lock->add_option("files", files, "The plugins' .so files; default: those of the configuration");
  attempt->add_option("text", text, "What a guest writes")->required();
  test->add_option("files", files, "Dialogues, YAML files")->required();
  test->add_flag("--mutate", with_mutations,
                 "Each one also reordered, corrected in mid-slot and interrupted by a question");
  reload->add_option("plugin", plugin, "A plugin's name in the configuration; default: all");
  add->add_option("--name", name, "Whom or what it is for")->required();
  add->add_option("--scope", scopes, "What it is good for, such as plugins:read; may be repeated")
      ->required();
  add->add_option("--expires", expires, "Such as 90d or 12h; default: never");
  revoke->add_option("id", id, "The token's id, as `list` shows it")->required();
  app.parse(argc, argv);
  if (run->parsed()) return [=] { return conserje::run_command(config); };
  if (check->parsed()) return [=] { return conserje::check_command(config); };
  if (attempt->parsed()) return [=] { return conserje::try_command(config, text); };
  if (test->parsed()) return [=] { return conserje::test_command(files, with_mutations); };
  if (lock->parsed())
    return [=] { return conserje::plugins_lock_command(config, lock_file, files); };
  if (plugins->parsed()) return [=] { return conserje::plugins_command(config); };
  if (reload->parsed()) return [=] { return conserje::reload_command(config, plugin); };
  if (add->parsed())
    return [=] { return conserje::tokens_add_command(config, name, scopes, expires); };
  if (list->parsed()) return [=] { return conserje::tokens_list_command(config); };
  if (revoke->parsed()) return [=] { return conserje::tokens_revoke_command(config, id); };
  return [=] { return conserje::migrate_command(config); };
}

}  // namespace

int main(int argc, char** argv) {
  mallopt(M_ARENA_MAX, 1);  // One heap for all threads: hundreds of hosts share a machine.
  // Not a command for people: what the host starts itself for plugins with `isolation: process`.
  if (argc == 2 && std::string_view(argv[1]) == "worker") return conserje::worker_main();

  try {
    std::function<int()> command;
    {
      CLI::App app("Conserje: the guest-messaging host for hotels and restaurants");
      try {
        command = read_command_line(app, argc, argv);
      } catch (const CLI::Error& error) {  // --help is one, too.
        return app.exit(error);
      }
    }
    return command();
  } catch (const std::exception& error) {  // A constructor that could not do its part at the start.
    std::cerr << "conserje: " << error.what() << '\n';
    return 1;
  }
}
