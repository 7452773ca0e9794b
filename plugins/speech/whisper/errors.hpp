#pragma once

#include <optional>

#include "conserje/host.hpp"

/// What an answer is worth. Pure. The texts have nothing of what the server wrote, which may repeat
/// a key or what a guest said.
namespace conserje::whisper {

/// nullopt: a transcription. vendor_code: the server's own code, else the HTTP status.
/// Source: https://platform.openai.com/docs/guides/error-codes
std::optional<Error> to_error(const HttpResponse& response);

/// Whether the server refuses the form of the answer that we asked for: the newer models know json
/// alone.
bool refuses_format(const HttpResponse& response);

}  // namespace conserje::whisper
