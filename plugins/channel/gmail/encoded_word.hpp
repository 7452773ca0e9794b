#pragma once

#include <string>
#include <string_view>

namespace conserje::gmail {

/// A header as it stands in a mail, with each run of encoded words of one charset (RFC 2047) as a
/// single one. GMime 3.2 ends such a run at the first word that is padded, and mail programs split
/// a character between two words; both are whole in a single one. Pure.
std::string with_joined_words(std::string_view header);

}  // namespace conserje::gmail
