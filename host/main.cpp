#include <malloc.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "plugin/worker/worker_main.hpp"

/// Debian's libcurl brings GnuTLS along for protocols that the host does not speak. This keeps it
/// from setting itself up in each of them, 0.1 MB (gnutls.h, GNUTLS_SKIP_GLOBAL_INIT).
extern "C" int _gnutls_global_init_skip() { return 1; }  // NOLINT(bugprone-reserved-identifier)

namespace {

constexpr const char* kNluParseHelp =
    R"(Reads lines {"text", "language"?, "now"? (local, 2026-12-10T20:00:00), "time_zone"?, "pending"?}
and writes one line each: {"intent", "confidence", "ranking": [{"intent", "confidence"}], "topic"?,
"also"?: [{"intent", "confidence", "topic"?}], "language", "entities": [{"entity", "text", "start", "end", "value"}]}; offsets count code points.
A line that cannot be read is answered with {"error"}.)";
constexpr const char* kNluEvalHelp =
    R"(Test sets of one JSON object a line: {"text", "intent"}, {"text", "accept": [intents]},
{"input", "ref", "expected": [{"type", "values"}]}, {"input", "ref", "kind", "start", "end", "grain"},
{"input", "expected": [{"value": number or true}]}, {"text", "entities": [{"start", "end", "entity"}]};
each with "lang". The fifth whose hash is a multiple of 5 is counted apart.
Of several readings the last one counts, ours and theirs: the future one. With "grain", beginning and exclusive end are
compared at it ("dates"); "dates by day" leaves to each side its own hours of a part of the day or of a weekend.)";

/// The commands about understanding; they share nothing with the others.
std::function<std::function<int()>()> add_nlu_commands(CLI::App& app) {
  struct Asked {
    std::filesystem::path config{};
    std::string language = "es";
    std::filesystem::path out{};
    std::vector<std::filesystem::path> files{};
  };
  const auto asked = std::make_shared<Asked>();
  auto* nlu =
      app.add_subcommand("nlu", "What is understood of messages: ask, measure, train, export");
  nlu->require_subcommand(1);
  auto* parse = nlu->add_subcommand("parse", "Answer lines of JSON with what was understood");
  auto* eval = nlu->add_subcommand("eval", "Measure how well test sets are understood");
  auto* train = nlu->add_subcommand("train", "Compile files of examples into a model");
  auto* exported = nlu->add_subcommand("export", "Write files of examples as one, in NLU YAML 3.1");
  parse->footer(kNluParseHelp);
  eval->footer(kNluEvalHelp);
  for (auto* command : {parse, eval})
    command->add_option("--config", asked->config,
                        "The pipeline definition whose plugin is asked; default: the shipped one");
  eval->add_option("--language", asked->language, "Of rows that name none; default: es");
  train->add_option("--out", asked->out, "The model file to write")->required();
  exported->add_option("--out", asked->out, "The file to write; its name begins with the language")
      ->required();
  for (auto* command : {eval, train, exported})
    command->add_option("files", asked->files, "The files to read")->required();
  return [=]() -> std::function<int()> {
    if (parse->parsed()) return [=] { return conserje::nlu_parse_command(asked->config); };
    if (eval->parsed())
      return
          [=] { return conserje::nlu_eval_command(asked->config, asked->language, asked->files); };
    if (train->parsed())
      return [=] { return conserje::nlu_train_command(asked->out, asked->files); };
    if (exported->parsed())
      return [=] { return conserje::nlu_export_command(asked->out, asked->files); };
    return nullptr;
  };
}

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
  const auto nlu_command = add_nlu_commands(app);
  app.parse(argc, argv);
  if (auto command = nlu_command()) return command;
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
