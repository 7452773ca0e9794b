#include "delivery/window.hpp"

#include <utility>

namespace conserje {
namespace {

/// A template's body is at most 1024 characters with what stands around its parameter.
constexpr std::size_t kParameterBytes = 900;

/// On one line, at most kParameterBytes, not cut within a character.
std::string parameter_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() <= kParameterBytes) return out;
  auto end = kParameterBytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end) + "\u2026";
}

}  // namespace

bool is_window_open(std::int64_t window_hours, std::optional<WallTime> last_inbound, WallTime now) {
  if (window_hours <= 0) return true;
  return last_inbound && now - *last_inbound < std::chrono::hours(window_hours) - kWindowMargin;
}

Result<channel::SendRequest> as_template(channel::SendRequest request, const PluginUse* use) {
  if (use == nullptr || !use->reply_template)
    return Error{ErrorClass::permanent,
                 "the guest wrote too long ago for a free text, and there is no template for "
                 "replies; set plugins." +
                     (use == nullptr ? request.recipient : use->name) + ".reply_template"};
  const auto& known = use->reply_template->languages;
  const auto found = known.find(request.language);
  request.template_ =
      channel::Template{.name = use->reply_template->name,
                        .language = found == known.end() ? request.language : found->second,
                        .parameters = {parameter_of(request.text)}};
  request.text.clear();
  request.buttons.clear();
  request.list_title.clear();
  request.media.reset();  // Of a template a file is its head, and this one was approved without.
  request.location.reset();
  return request;
}

}  // namespace conserje
