#pragma once

#include <string>

#include "conserje/result.hpp"
#include "sound.hpp"

namespace conserje::espeak {

/// `sound` as an Ogg stream of Opus, the form of messengers' voice notes. The same samples give the
/// same bytes. Errors: permanent, the encoder refuses. Source: RFC 7845.
Result<std::string> to_ogg_opus(const Sound& sound);

}  // namespace conserje::espeak
