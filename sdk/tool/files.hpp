#pragma once

#include <filesystem>
#include <string>

namespace conserje {

/// The bytes of a file. Throws std::runtime_error, with the file's name, when it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// Writes all of a file, or throws as read_file does.
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace conserje
