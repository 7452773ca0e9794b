#pragma once

#include <filesystem>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

/// Who may read a file.
enum class Readers : unsigned char { owner, all };

/// Writes `bytes` so that readers find the old file or the new one, whole, also after a power loss;
/// never with more readers than it shall have. Blocks until the disk has it. Errors: config, it
/// cannot be written. Threads: any, but not two for one file.
Status write_whole(const std::filesystem::path& file, std::string_view bytes, Readers readers);

}  // namespace conserje
