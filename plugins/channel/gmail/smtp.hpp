#pragma once

#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/host.hpp"

namespace conserje::gmail {

/// Hands one composed mail to the submission server, over TLS alone.
/// Errors: as smtp_reply.hpp classes refusals; retry, nothing was sent; deadline, the whole mail
/// had
///         gone over and no answer came; config, no trust, no TLS, or no login; cancelled.
Status submit(const Host& host, const Call& call, const Config& config, std::string_view recipient,
              const std::string& mail);

}  // namespace conserje::gmail
