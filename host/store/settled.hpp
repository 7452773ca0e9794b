#pragma once

#include <string>

#include "store/database.hpp"

namespace conserje {

/// Whether a message has been handled and everything that it caused has been delivered or given up.
/// A message that was never stored is settled.
Result<bool> is_settled(Database& database, const std::string& tenant, const std::string& channel,
                        const std::string& message_id);

}  // namespace conserje
