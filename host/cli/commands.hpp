#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The subcommands of `conserje`, one .cpp each. Each returns the process's exit status: 0, it did
/// what it was asked; 1, it could not, and standard error says why and what to do.
namespace conserje {

/// Serves until it is asked to stop.
int run_command(const std::filesystem::path& config);

/// Checks the configuration as `run` would, plugins included, and opens no socket and no store.
int check_command(const std::filesystem::path& config);

/// Shows how one message would be understood and answered. Reads from the PMS; writes and sends
/// nothing.
int try_command(const std::filesystem::path& config, const std::string& text);

/// Plays dialogues through the host's own conversation, on a fixed clock and without a network, and
/// says where what came of a message is not what its file expects. with_mutations: each one also
/// reordered, corrected and interrupted, see dialogue/mutate.hpp.
int test_command(const std::vector<std::filesystem::path>& files, bool with_mutations);

/// Lists the plugins on the plugin path and who vouches for each, without running their code.
/// `config` may be empty: then it is only known which ones this host's build made.
int plugins_command(const std::filesystem::path& config);

/// Accepts plugins as they are now: writes their ids, versions and hashes into `lock`, and says
/// what changed. Empty `files`: the plugins of `config`; empty `lock`: the one that `config` names.
int plugins_lock_command(const std::filesystem::path& config, const std::filesystem::path& lock,
                         const std::vector<std::filesystem::path>& files);

/// Has the running host read its configuration again and reload `plugin`, or, when that is empty,
/// all that has changed; waits for the result.
int reload_command(const std::filesystem::path& config, const std::string& plugin);

/// Makes an API token and prints it, once. expires: "90d", "12h", "30m"; empty: never.
int tokens_add_command(const std::filesystem::path& config, const std::string& name,
                       const std::vector<std::string>& scopes, const std::string& expires);
int tokens_list_command(const std::filesystem::path& config);
/// Ends a token at once.
int tokens_revoke_command(const std::filesystem::path& config, const std::string& id);

/// Reads {"text", ...} lines from standard input and writes what an nlu plugin understands, one
/// line each, to standard output. `config` may be empty: then it is the shipped plugin, with its
/// defaults.
int nlu_parse_command(const std::filesystem::path& config);
/// Asks the rows of test sets and prints how well they were answered. `language`: for rows without.
int nlu_eval_command(const std::filesystem::path& config, const std::string& language,
                     const std::vector<std::filesystem::path>& files);
/// Compiles files of examples into a model file for the shipped plugin's setting `model`.
int nlu_train_command(const std::filesystem::path& out,
                      const std::vector<std::filesystem::path>& files);

/// Writes files of examples of one language as one file of NLU YAML 3.1.
int nlu_export_command(const std::filesystem::path& out,
                       const std::vector<std::filesystem::path>& files);

/// Brings the store's tables up to this host.
int migrate_command(const std::filesystem::path& config);

}  // namespace conserje
