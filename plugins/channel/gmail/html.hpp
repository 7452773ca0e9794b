#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace conserje::gmail {

/// Tags of one document that are read; what stands behind them is left out. The tree builder looks
/// through the open elements at each tag, so that without a bound its time is the square of theirs.
inline constexpr std::size_t kMaxTags = 8'000;

/// What somebody sees who reads `html`: without scripts, styles, hidden elements, and without what
/// is quoted of earlier mails (blockquote, the marks of Gmail, Outlook and Yahoo). Blocks become
/// lines. Both are UTF-8. Pure.
std::string text_of_html(std::string_view html);

/// True when the document shows the inline image with that content id.
bool shows_image(std::string_view html, std::string_view content_id);

}  // namespace conserje::gmail
