#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "commands.hpp"

int main(int argc, char** argv) {
  using conserje::kit::Options;
  CLI::App app("conserje-plugin: make, look at and test plugins of Conserje");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);

  Options options{.slow = conserje::kit::own_slowness()};
  conserje::TestFiles files;
  auto* test = app.add_subcommand("test", "Hold a plugin against the conformance kit");
  test->add_option("file", options.file, "The plugin's .so file")->required();
  test->add_option("--level", options.level, "The highest level to run, 1 to 10")
      ->check(CLI::Range(1, conserje::kit::kLevels));
  test->add_option("--seed", options.seed, "Of everything that is generated");
  test->add_option("--config", options.config, "The plugin's configuration, a JSON file");
  test->add_option("--only", options.only, "The id of a check to run, whatever its level");
  test->add_option("--except", options.except, "The id of a check to leave out");
  test->add_option("--json", files.json, "Write the report there, as JSON");
  test->add_option("--junit", files.junit, "Write the report there, as JUnit's XML");
  test->add_option("--sign", files.key,
                   "minisign's secret key: write FILE.conformance, your word that it has passed");
  test->add_option("--slow", options.slow, "How many times slower than others this machine is")
      ->check(CLI::Range(1.0, 1000.0));
  std::int64_t time_limit = options.time_limit.count();
  test->add_option("--time-limit", time_limit, "Seconds that a check may take, whatever its own")
      ->check(CLI::Range(1, 3'600));
  test->add_option("--glibc", options.glibc_minor, "The newest glibc 2.x that it may need");
  test->add_option("--conserje", options.conserje, "The host's executable, for level 8");
  test->add_flag("--in-process", options.in_process, "No child processes: for debuggers");

  int level = conserje::kit::kLevels;
  auto* checks = app.add_subcommand("checks", "List the checks of the kit");
  checks->add_option("--level", level, "The highest level to list")
      ->check(CLI::Range(1, conserje::kit::kLevels));

  std::filesystem::path file;
  bool as_json = false;
  auto* inspect = app.add_subcommand("inspect", "Say what a plugin is, without running it");
  inspect->add_option("file", file, "The plugin's .so file")->required();
  inspect->add_flag("--json", as_json, "As JSON");

  std::filesystem::path manifest;
  std::filesystem::path schema;
  auto* stamp = app.add_subcommand("stamp", "Put the manifest into a shared object");
  stamp->add_option("file", file, "The .so file, which is changed")->required();
  stamp->add_option("manifest", manifest, "manifest.json")->required();
  stamp->add_option("schema", schema, "config.schema.json")->required();

  std::filesystem::path key;
  auto* sign = app.add_subcommand("sign", "Sign a plugin: writes FILE.minisig");
  sign->add_option("file", file, "The plugin's .so file, stamped")->required();
  sign->add_option("--key", key, "The secret key's file, as minisign -G makes it")->required();

  conserje::NewPlugin made{.kind = "sink", .language = "cpp"};
  auto* create = app.add_subcommand("new", "Begin a plugin");
  create->add_option("name", made.name, "Such as slack: a-z, 0-9 and _")->required();
  create->add_option("--kind", made.kind, "channel, pms, sink, nlu or speech");
  create->add_option("--lang", made.language, "cpp, c or rust");
  create->add_option("--folder", made.folder, "Where to; without it NAME, here");
  create->add_option("--sdk", made.sdk, "The SDK's folder; without it the one beside this program");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    options.time_limit = std::chrono::seconds(time_limit);
    if (test->parsed()) return conserje::test_command(options, files);
    if (checks->parsed()) return conserje::checks_command(level);
    if (inspect->parsed()) return conserje::inspect_command(file, as_json);
    if (sign->parsed()) return conserje::sign_command(file, key);
    if (stamp->parsed()) return conserje::stamp_command(file, manifest, schema);
    return conserje::new_command(made);
  } catch (const std::exception& error) {
    std::cerr << "conserje-plugin: " << error.what() << '\n';
    return 2;
  }
}
