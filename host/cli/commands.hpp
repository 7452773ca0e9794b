#pragma once

#include <filesystem>
#include <string>

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

/// Lists the plugins on the plugin path, without running their code.
int plugins_command();

/// Brings the store's tables up to this host.
int migrate_command(const std::filesystem::path& config);

}  // namespace conserje
