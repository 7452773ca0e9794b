#include "compose.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace conserje::gmail {
namespace {

constexpr std::size_t kMaxAddress = 254;  // RFC 5321.

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool is_id(std::string_view id) {
  return !id.empty() && id.find_first_of(" <>") == std::string_view::npos && !has_control(id) &&
         std::ranges::all_of(id, [](unsigned char c) { return c < 0x80; });
}

/// Names the first part that must not stand in a header; empty: all may.
std::string_view unfit_part(const Outgoing& mail) {
  if (!is_address(mail.to)) return "the recipient is no mail address";
  if (!is_address(mail.from.address)) return "our own address is no mail address";
  if (has_control(mail.subject)) return "the subject has a control character";
  if (has_control(mail.from.name)) return "our own name has a control character";
  if (has_control(mail.media.file_name)) return "the file's name has a control character";
  if (!is_id(mail.message_id)) return "the id does not fit into a header";
  return {};
}

std::string references_of(const Outgoing& mail) {
  std::string out;
  for (const auto& id : mail.references)
    if (is_id(id)) out += (out.empty() ? "<" : " <") + id + ">";
  return out;
}

void set(GMimeMessage* message, const char* name, const std::string& value) {
  if (!value.empty()) g_mime_object_set_header(GMIME_OBJECT(message), name, value.c_str(), "utf-8");
}

Owned<GMimeObject> text_part(const std::string& text) {
  auto* part = g_mime_text_part_new_with_subtype("plain");
  g_mime_text_part_set_charset(part, "utf-8");
  g_mime_text_part_set_text(part, text.c_str());
  g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  return Owned<GMimeObject>(GMIME_OBJECT(part));
}

bool is_mime_type(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
         text.find('/', slash + 1) == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '-' || c == '+' || c == '.' || c == '_';
         });
}

Owned<GMimeObject> file_part(const Outgoing& mail) {
  const auto type =
      is_mime_type(mail.media.mime_type) ? mail.media.mime_type : "application/octet-stream";
  const auto slash = type.find('/');
  auto* part =
      g_mime_part_new_with_type(type.substr(0, slash).c_str(), type.substr(slash + 1).c_str());
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(mail.file.data(), mail.file.size()));
  const Owned<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part, content.get());
  g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
  const auto name = mail.media.file_name.empty() ? std::string("file") : mail.media.file_name;
  g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
  g_mime_part_set_filename(part, name.c_str());
  return Owned<GMimeObject>(GMIME_OBJECT(part));
}

/// The text alone, or the text and the file. The boundary comes from the id, which is unique, so
/// that the same mail is the same bytes.
Owned<GMimeObject> body_of(const Outgoing& mail) {
  auto text = text_part(mail.text);
  if (!mail.has_file) return text;
  auto* both = g_mime_multipart_new_with_subtype("mixed");
  const auto boundary = "=_" + mail.message_id.substr(0, mail.message_id.rfind('@')).substr(0, 60);
  g_mime_multipart_set_boundary(both, boundary.c_str());
  const auto file = file_part(mail);
  if (!mail.text.empty()) g_mime_multipart_add(both, text.get());
  g_mime_multipart_add(both, file.get());
  return Owned<GMimeObject>(GMIME_OBJECT(both));
}

std::string to_wire(GMimeMessage* message) {
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  auto* format = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream.get());
  g_mime_format_options_free(format);
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

std::string describe(const channel::Location& place) {
  char point[64];
  std::snprintf(point, sizeof point, "%.6f,%.6f", place.latitude, place.longitude);
  std::string text;
  for (const auto* line : {&place.name, &place.address})
    if (!line->empty()) text += *line + "\n";
  return text +
         (place.url.empty() ? "https://www.google.com/maps?q=" + std::string(point) : place.url);
}

void add_paragraph(std::string& text, std::string_view paragraph) {
  if (paragraph.empty()) return;
  if (!text.empty()) text += "\n\n";
  text += paragraph;
}

}  // namespace

Result<std::string> compose(const Outgoing& mail) {
  if (const auto unfit = unfit_part(mail); !unfit.empty())
    return Error{ErrorClass::permanent, "gmail: " + std::string(unfit)};
  initialise_mime();
  const Owned<GMimeMessage> message(g_mime_message_new(TRUE));
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM,
                             mail.from.name.empty() ? nullptr : mail.from.name.c_str(),
                             mail.from.address.c_str());
  g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO, nullptr, mail.to.c_str());
  g_mime_message_set_subject(message.get(), mail.subject.c_str(), "utf-8");
  if (auto* date = g_date_time_new_from_unix_utc(mail.date_ms / 1000)) {
    g_mime_message_set_date(message.get(), date);
    g_date_time_unref(date);
  }
  g_mime_message_set_message_id(message.get(), mail.message_id.c_str());
  if (is_id(mail.in_reply_to)) set(message.get(), "In-Reply-To", "<" + mail.in_reply_to + ">");
  set(message.get(), "References", references_of(mail));
  set(message.get(), "Auto-Submitted", "auto-replied");
  set(message.get(), "X-Auto-Response-Suppress", "All");
  set(message.get(), "MIME-Version", "1.0");
  const auto body = body_of(mail);
  g_mime_message_set_mime_part(message.get(), body.get());
  return to_wire(message.get());
}

std::string to_text(const channel::SendRequest& request) {
  std::string text = request.text;
  if (request.location) add_paragraph(text, describe(*request.location));
  if (request.media && !request.media->url.empty()) {
    add_paragraph(text, request.media->caption);
    add_paragraph(text, request.media->url);
  }
  std::string choices;
  for (std::size_t i = 0; i < request.buttons.size(); ++i) {
    const auto& choice = request.buttons[i];
    choices += (i == 0 ? "" : "\n") + std::to_string(i + 1) + ". " + choice.title;
    if (!choice.description.empty()) choices += " - " + choice.description;
  }
  if (!choices.empty()) add_paragraph(text, request.list_title);
  add_paragraph(text, choices);
  return text;
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  constexpr std::string_view kForbidden = " <>()[],;:\\\"";
  return text.size() <= kMaxAddress && text.find('@') == at &&
         std::ranges::all_of(text, [&](char c) {
           return c > 0x20 && c < 0x7F && kForbidden.find(c) == std::string_view::npos;
         });
}

}  // namespace conserje::gmail
