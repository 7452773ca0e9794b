#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Texts within Meta's limits. Meta does not say what it counts as a character; we count UTF-16
/// units, the largest of the candidates, so that a text within our limit is within theirs.
namespace conserje::whatsapp {

/// The length of UTF-8 text in UTF-16 units.
std::size_t length(std::string_view text);

/// `text`, or its beginning and "…" when it is longer than `limit`.
std::string cut(std::string_view text, std::size_t limit);

/// `text` in parts of at most `limit`, without the white space between them; empty when there is
/// nothing but white space. Breaks after a paragraph, else a line, a sentence, a word, a character:
/// the first of them that leaves no part less than half full. `limit`: at least 2.
std::vector<std::string_view> split(std::string_view text, std::size_t limit);

}  // namespace conserje::whatsapp
