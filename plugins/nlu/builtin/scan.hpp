#pragma once

#include "grammar.hpp"

namespace conserje::nlu {

/// Adds what is recognised by its shape and not by a rule: e-mail addresses, phone numbers,
/// reservation codes, and names where somebody said that one comes: "a nombre de ana perez"; after
/// "soy" or "for" only a capitalised one. The lexemes must be in the chart already. Linear: each
/// scan looks at a bounded number of tokens.
void scan_shapes(Chart& chart, const Grammar& grammar);

}  // namespace conserje::nlu
