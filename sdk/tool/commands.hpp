#pragma once

#include <filesystem>
#include <string>

#include "kit/check.hpp"
#include "kit/subject.hpp"

/// The subcommands of `conserje-plugin`, one .cpp each. Each returns the process's exit status: 0,
/// it did what it was asked; 1, the plugin is not as it must be; 2, it could not be done, and
/// standard error says why.
namespace conserje {

struct TestFiles {
  std::filesystem::path json{};   // Empty: none.
  std::filesystem::path junit{};  // Empty: none.
  /// minisign's secret key, which is to sign FILE.conformance; empty: nothing is signed.
  std::filesystem::path key{};
};
/// Runs the conformance kit on a plugin. The plugin is never loaded into this process, unless
/// `options.in_process`. With a key, a file that has passed every check up to the level gets a
/// FILE.conformance, which an operator's `trust.require_conformance` reads.
int test_command(const kit::Options& options, const TestFiles& files);

/// Lists the checks of the kit, up to `level`.
int checks_command(int level);

/// Says what a plugin's file says of itself, without running any of it.
int inspect_command(const std::filesystem::path& file, bool as_json);

/// Puts the manifest with its schema into a shared object that was built without
/// conserje_add_plugin.
int stamp_command(const std::filesystem::path& file, const std::filesystem::path& manifest,
                  const std::filesystem::path& schema);

/// Signs the plugin for its id, version and ABI with minisign's secret key `key`; writes
/// FILE.minisig. Asks for the key's password where it has one.
int sign_command(const std::filesystem::path& file, const std::filesystem::path& key);

/// What `new` makes.
struct NewPlugin {
  std::string kind{};
  std::string language{};          // cpp, c or rust
  std::string name{};              // a-z, 0-9 and _; begins with a letter.
  std::filesystem::path folder{};  // Empty: a folder of that name, here.
  std::filesystem::path sdk{};     // Where template/ is; empty: beside this program.
};
/// Copies a template under another name: a folder that builds with the installed SDK alone.
int new_command(const NewPlugin& plugin);

}  // namespace conserje
