#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace conserje::gmail {

/// The Message-ID of the mail that carries our `reference`: the same each time, so that a mail of
/// unknown outcome is found in Sent, and the reference is found in a bounce. Without angle
/// brackets; its domain is that of `mailbox`. A reference that does not fit into an id goes in as
/// hexadecimal.
std::string message_id_for(std::string_view reference, std::string_view mailbox);

/// Our reference in such an id; nullopt: the id is not ours.
std::optional<std::string> reference_of(std::string_view message_id);

}  // namespace conserje::gmail
