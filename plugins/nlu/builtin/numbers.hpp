#pragma once

#include "grammar.hpp"

namespace conserje::nlu {

/// Adds the numbers of the text to the chart: digits ("12", "1.234,50") and words ("treinta y
/// cinco", "two hundred and six", "vinte e um"), for which the lexemes must be in the chart
/// already. One pass.
void read_numbers(Chart& chart, Language language);

}  // namespace conserje::nlu
