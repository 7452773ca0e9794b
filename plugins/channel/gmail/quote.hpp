#pragma once

#include <string>
#include <string_view>

namespace conserje::gmail {

/// What the author of a mail wrote himself: `text` without quoted earlier mails and what introduces
/// them ("El ... escribió:", "On ... wrote:", "-----Original Message-----", "De: ... Enviado:
/// ..."), without lines that begin with ">", and without the signature below "-- ". All of `text`
/// when nothing would remain. Lines are ended by LF. Pure.
std::string own_words(std::string_view text);

}  // namespace conserje::gmail
