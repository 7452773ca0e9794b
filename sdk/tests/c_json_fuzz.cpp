// cj_json_* of c.h against nlohmann's reader: what the one takes for an object, the other does, and
// both read the same members.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conserje/c.h"
#include "conserje/json.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// The text of a member, as c.h reads it.
void read_members(cj_str object, const conserje::Json& expected) {
  for (const auto& [name, value] : expected.items()) {
    const bool is_plain = name.find_first_of(std::string_view("\\\"\0", 3)) == std::string::npos;
    if (!is_plain || !value.is_string()) continue;
    const cj_str raw = cj_json_member(object, name.c_str());
    if (raw.size == 0) continue;  // Its name stands there with escapes.
    cj_out text{};
    (void)cj_json_text(raw, &text);  // The first of two members here, the last one there.
    cj_out_free(&text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cj_str text{reinterpret_cast<const char*>(data), size};
  const auto expected = conserje::Json::parse(std::string_view(text.data, size), nullptr, false);
  const bool is_object = cj_json_is(text, '{') != 0;
  require(!is_object || expected.is_object() || expected.is_discarded());
  if (is_object && expected.is_object()) read_members(text, expected);
  if (cj_json_is(text, '[')) {
    cj_str rest = text;
    cj_str item;
    std::size_t count = 0;
    while (cj_json_next(&rest, &item)) ++count;
    require(!expected.is_array() || count == expected.size());
  }
  (void)cj_header(text, "x-signature");
  return 0;
}
