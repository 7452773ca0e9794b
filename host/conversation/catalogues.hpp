#pragma once

#include <string>
#include <vector>

#include "conversation/texts.hpp"

namespace conserje {

/// The texts that ship with the host: config/texts/<language>.yaml, compiled in. Errors: bug, one
/// of them is not a flat map of texts (a test sees to it).
Result<Catalogues> shipped_catalogues();

/// Every key of the shipped texts, for checking what a hotel replaces.
std::vector<std::string> text_keys(const Catalogues& catalogues);

}  // namespace conserje
