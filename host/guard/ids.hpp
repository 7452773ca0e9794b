#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace conserje {

/// `prefix` and 26 characters (128 bits) derived from `parts`: the same parts give the same id on
/// every host and after every crash, other parts another one. Letters and digits only.
std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts);

/// A reservation's reference as guests read it aloud: "CJ-" and seven characters without I, L, O
/// and U.
std::string reservation_reference(std::initializer_list<std::string_view> parts);

}  // namespace conserje
