#pragma once

#include <filesystem>
#include <string>

#include "pipeline/pipeline.hpp"

namespace conserje {

// What a host that runs leaves in its data folder for others on its machine.

/// Where it listens: "127.0.0.1:8080". Stays when the host has ended.
std::filesystem::path listen_file(const std::filesystem::path& data_dir);
/// Where its admin API listens, and the token for it (mode 0600): for `conserje` on this machine.
/// They go when the host ends in order.
std::filesystem::path admin_listen_file(const std::filesystem::path& data_dir);
std::filesystem::path admin_token_file(const std::filesystem::path& data_dir);

/// "127.0.0.1:8081", "[::1]:8081"
std::string to_string(const Listen& listen);

}  // namespace conserje
