#pragma once

#include <filesystem>
#include <string>

#include "conserje/result.hpp"
#include "plugin/minisign.hpp"

namespace conserje {

/// Reads minisign's secret key. Asks for its password where it has one, on the terminal or as a
/// line of standard input. Errors: it is no key, or the password is another one.
Result<MinisignSecretKey> unlock(const std::filesystem::path& key_file);

/// Signs what has `digest`, with `statement` as the trusted comment, into `out`, and tells people
/// so. Errors: as sign().
Status write_signature(const MinisignSecretKey& key, const Digest& digest,
                       const std::string& statement, const std::filesystem::path& out);

}  // namespace conserje
