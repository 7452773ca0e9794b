#include "mime.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "encoded_word.hpp"

namespace conserje::gmail {
namespace {

/// Of a message within a message within ...; GMime's own bound is far higher.
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxHeaders = 500;
constexpr std::size_t kMaxReferences = 50;
constexpr std::size_t kMaxId = 250;  // Longer ids are left out: they fit into no header of ours.

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct Free {
  void operator()(char* text) const { g_free(text); }
};
using Text = std::unique_ptr<char, Free>;

std::string_view safe(const char* text) { return text == nullptr ? std::string_view() : text; }

Owned<GMimeMessage> parse(std::string_view raw) {
  initialise_mime();
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return Owned<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

std::string content_of(GMimePart* part) {
  auto* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

/// A message inside a message, as it came.
std::string text_of(GMimeMessagePart* part) {
  auto* message = g_mime_message_part_get_message(part);
  if (message == nullptr) return {};
  const Text text(g_mime_object_to_string(GMIME_OBJECT(message), nullptr));
  return std::string(safe(text.get()));
}

bool is_message(GMimeObject* object) { return GMIME_IS_MESSAGE_PART(object) != 0; }

std::string mime_type_of(GMimeObject* object) {
  const Text text(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  return lower(safe(text.get()));
}

std::string parameter_of(GMimeObject* object, const char* name) {
  auto* type = g_mime_object_get_content_type(object);
  return lower(safe(g_mime_content_type_get_parameter(type, name)));
}

/// UTF-8 without control characters, on one line and of bounded length.
std::string one_line(std::string_view text) {
  std::string out = to_utf8(beginning(text, 4 * kMaxHeaderText), "utf-8");
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return std::string(trimmed(beginning(out, kMaxHeaderText)));
}

std::string without_brackets(std::string_view text) {
  const auto open = text.find('<');
  const auto close = text.find('>', open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos)
    text = text.substr(open + 1, close - open - 1);
  auto id = one_line(text);
  return id.size() <= kMaxId ? id : std::string();
}

/// A header on one line, ready for GMime to decode.
std::string unfolded(std::string_view raw) {
  std::string line(beginning(raw, 4 * kMaxHeaderText));
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
  return with_joined_words(line);
}

/// A header's text as people read it.
std::string decoded(std::string_view raw) {
  const auto joined = unfolded(raw);
  const Text text(g_mime_utils_header_decode_text(nullptr, joined.c_str()));
  return one_line(safe(text.get()));
}

/// The first mailbox of a header; none: empty.
Address address_in(GMimeHeaderList* headers, const char* name) {
  auto* header = g_mime_header_list_get_header(headers, name);
  if (header == nullptr) return {};
  const auto joined = unfolded(safe(g_mime_header_get_raw_value(header)));
  const Owned<InternetAddressList> list(internet_address_list_parse(nullptr, joined.c_str()));
  const int count = list ? internet_address_list_length(list.get()) : 0;
  for (int i = 0; i < count; ++i) {
    auto* address = internet_address_list_get_address(list.get(), i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(address)) continue;
    const auto* mailbox = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
    return {.name = one_line(safe(internet_address_get_name(address))),
            .address = lower(one_line(safe(mailbox)))};
  }
  return {};
}

void read_headers(GMimeMessage* message, Mail& mail) {
  auto* headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const auto count =
      std::min(static_cast<std::size_t>(g_mime_header_list_get_count(headers)), kMaxHeaders);
  for (std::size_t i = 0; i < count; ++i) {
    auto* header = g_mime_header_list_get_header_at(headers, static_cast<int>(i));
    mail.headers.emplace_back(lower(one_line(safe(g_mime_header_get_name(header)))),
                              decoded(safe(g_mime_header_get_raw_value(header))));
  }
  mail.from = address_in(headers, "From");
  mail.reply_to = address_in(headers, "Reply-To");
  if (const auto* subject = mail.header("subject")) mail.subject = *subject;
  mail.message_id = without_brackets(safe(g_mime_message_get_message_id(message)));
  if (auto* date = g_mime_message_get_date(message)) {
    const auto seconds = g_date_time_to_unix(date);
    if (seconds > 0) mail.date_ms = seconds * 1000;
  }
}

/// The ids between angle brackets, in order.
std::vector<std::string> ids_in(const std::string* header) {
  std::vector<std::string> ids;
  if (header == nullptr) return ids;
  std::string_view rest = *header;
  for (auto open = rest.find('<'); open != std::string_view::npos && ids.size() < kMaxReferences;
       open = rest.find('<')) {
    const auto close = rest.find('>', open);
    if (close == std::string_view::npos) break;
    if (const auto id = rest.substr(open + 1, close - open - 1);
        !id.empty() && id.size() <= kMaxId && id.find_first_of(" \t") == std::string_view::npos)
      ids.emplace_back(id);
    rest.remove_prefix(close + 1);
  }
  return ids;
}

std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!is_pair) out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

/// RFC 3676: a line that ends in a space goes on in the next one.
std::string unflowed(std::string_view text, bool deletes_space) {
  std::string out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    const bool has_end = line.size() < text.size();
    text.remove_prefix(line.size() + (has_end ? 1 : 0));
    if (line.starts_with(' ')) line.remove_prefix(1);  // Stuffed.
    const bool flows = line.ends_with(' ') && line != "-- " && !line.starts_with('>');
    if (flows && deletes_space) line.remove_suffix(1);
    out += line;
    if (!flows && has_end) out += '\n';
  }
  return out;
}

std::string text_of(GMimePart* part) {
  auto* object = GMIME_OBJECT(part);
  const auto bytes = content_of(part);
  auto text = with_plain_line_ends(
      to_utf8(beginning(bytes, 4 * kMaxText), parameter_of(object, "charset")));
  if (parameter_of(object, "format") == "flowed")
    text = unflowed(text, parameter_of(object, "delsp") == "yes");
  return std::string(beginning(text, kMaxText));
}

/// The value of `name` in lines of `name: value`; empty: none.
std::string field(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && lower(trimmed(line.substr(0, colon))) == name)
      return one_line(line.substr(colon + 1));
  }
  return {};
}

/// RFC 3464: fields of the message, then those of each recipient. The first recipient that failed
/// decides, else the first one.
Report read_report(std::string_view text) {
  Report found;
  for (auto rest = text; !rest.empty();) {
    const auto group = rest.substr(0, rest.find("\n\n"));
    rest.remove_prefix(std::min(rest.size(), group.size() + 2));
    Report one{.action = lower(field(group, "action")), .status = field(group, "status")};
    const auto recipient = field(group, "final-recipient");
    one.recipient = lower(trimmed(std::string_view(recipient).substr(recipient.find(';') + 1)));
    if (one.action.empty()) continue;
    if (found.action.empty() || (one.action == "failed" && found.action != "failed")) found = one;
  }
  return found;
}

/// Goes through the leaves of a mail, in order.
class Leaves {
 public:
  explicit Leaves(GMimeMessage* message) {
    if (auto* root = g_mime_message_get_mime_part(message)) open_.push_back({root, 0, true});
  }

  /// nullptr: no more, or more than kMaxParts.
  GMimeObject* next() {
    while (!open_.empty() && visited_ < kMaxParts) {
      const auto [object, depth, _] = open_.back();
      open_.pop_back();
      ++visited_;
      if (!GMIME_IS_MULTIPART(object)) return object;
      auto* parts = GMIME_MULTIPART(object);
      const int count = depth < kMaxDepth ? g_mime_multipart_get_count(parts) : 0;
      for (int i = std::min(count, static_cast<int>(kMaxParts)); i > 0; --i)
        open_.push_back({g_mime_multipart_get_part(parts, i - 1), depth + 1, false});
    }
    return nullptr;
  }

 private:
  struct Open {
    GMimeObject* object = nullptr;  // Of the message, which outlives this.
    std::size_t depth = 0;
    bool is_root = false;
  };
  std::vector<Open> open_{};
  std::size_t visited_ = 0;
};

std::string file_name_of(GMimeObject* object) {
  if (GMIME_IS_PART(object)) return one_line(safe(g_mime_part_get_filename(GMIME_PART(object))));
  return {};
}

Attachment describe(GMimeObject* object, std::size_t number) {
  Attachment out{
      .part = number, .mime_type = mime_type_of(object), .file_name = file_name_of(object)};
  out.content_id = without_brackets(safe(g_mime_object_get_content_id(object)));
  out.is_inline =
      lower(safe(g_mime_object_get_disposition(object))) != "attachment" && !out.content_id.empty();
  out.size = is_message(object) ? text_of(GMIME_MESSAGE_PART(object)).size()
                                : content_of(GMIME_PART(object)).size();
  return out;
}

bool is_body(GMimeObject* object) {
  return GMIME_IS_PART(object) != 0 && file_name_of(object).empty() &&
         lower(safe(g_mime_object_get_disposition(object))) != "attachment";
}

void append(std::string& text, const std::string& more) {
  if (more.empty() || text.size() + more.size() > kMaxText) return;
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  text += more;
}

void read_leaf(GMimeObject* object, std::size_t number, Mail& mail) {
  const auto type = mime_type_of(object);
  if (type == "message/delivery-status" && GMIME_IS_PART(object)) {
    const auto message_id = mail.report ? mail.report->message_id : std::string();
    mail.report = read_report(with_plain_line_ends(content_of(GMIME_PART(object))));
    mail.report->message_id = message_id;
  } else if (mail.report && is_message(object)) {
    if (auto* original = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)))
      mail.report->message_id = without_brackets(safe(g_mime_message_get_message_id(original)));
  } else if (mail.report && type == "text/rfc822-headers" && GMIME_IS_PART(object)) {
    const auto lines = with_plain_line_ends(content_of(GMIME_PART(object)));
    mail.report->message_id = without_brackets(field(lines, "message-id"));
  } else if (type == "text/plain" && is_body(object)) {
    append(mail.text, text_of(GMIME_PART(object)));
  } else if (type == "text/html" && is_body(object)) {
    append(mail.html, text_of(GMIME_PART(object)));
  } else if (is_message(object) || GMIME_IS_PART(object)) {
    mail.attachments.push_back(describe(object, number));
  }
}

/// What windows-1252 means by 0x80 to 0x9F; U+FFFD where it means nothing.
constexpr std::array<std::uint32_t, 32> kWindows1252 = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    std::array<char, 6> character{};
    const auto code = value >= 0x80 && value < 0xA0 ? kWindows1252[value - 0x80U] : value;
    out.append(character.data(),
               static_cast<std::size_t>(g_unichar_to_utf8(code, character.data())));
  }
  return out;
}

/// The charsets that mails come in. Others are left alone: iconv has dozens that nobody uses and
/// few have tested.
bool is_convertible(std::string_view charset) {
  constexpr std::array<std::string_view, 18> kKnown = {
      "big5",        "euc-jp", "euc-kr",   "gb18030",        "gb2312",    "gbk",
      "iso-2022-jp", "koi8-r", "koi8-u",   "ks_c_5601-1987", "macintosh", "shift_jis",
      "tis-620",     "utf-16", "utf-16be", "utf-16le",       "utf-32",    "utf-7"};
  return std::ranges::find(kKnown, charset) != kKnown.end() ||
         (charset.starts_with("iso-8859-") && charset != "iso-8859-1") ||
         (charset.starts_with("windows-125") && charset != "windows-1252");
}

bool is_utf8(std::string_view charset) {
  return charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii";
}

}  // namespace

const std::string* Mail::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

std::size_t Mail::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& header) { return header.first == name; }));
}

Mail read_mail(std::string_view raw) {
  Mail mail;
  const auto message = parse(raw);
  if (!message) return mail;
  read_headers(message.get(), mail);
  mail.references = ids_in(mail.header("references"));
  if (const auto replied = ids_in(mail.header("in-reply-to")); !replied.empty())
    mail.in_reply_to = replied.front();
  Leaves leaves(message.get());
  std::size_t number = 0;
  for (auto* leaf = leaves.next(); leaf != nullptr; leaf = leaves.next())
    read_leaf(leaf, number++, mail);
  return mail;
}

Result<PartBytes> read_part(std::string_view raw, std::size_t part) {
  const auto message = parse(raw);
  if (message) {
    Leaves leaves(message.get());
    std::size_t number = 0;
    for (auto* leaf = leaves.next(); leaf != nullptr; leaf = leaves.next()) {
      if (number++ != part) continue;
      return PartBytes{.mime_type = mime_type_of(leaf),
                       .bytes = is_message(leaf)      ? text_of(GMIME_MESSAGE_PART(leaf))
                                : GMIME_IS_PART(leaf) ? content_of(GMIME_PART(leaf))
                                                      : std::string()};
    }
  }
  return Error{ErrorClass::permanent, "gmail: the mail has no such attachment"};
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  std::string out;
  gsize written = 0;
  const auto size = static_cast<gssize>(bytes.size());
  if (is_utf8(charset) && g_utf8_validate_len(bytes.data(), bytes.size(), nullptr) != 0) {
    out = bytes;
  } else if (is_convertible(charset)) {
    const std::string name(charset);
    const Text text(
        g_convert(bytes.data(), size, "UTF-8", name.c_str(), nullptr, &written, nullptr));
    if (text) out.assign(text.get(), written);
  }
  if (out.empty()) out = from_windows_1252(bytes);
  std::erase(out, '\0');
  return out;
}

std::string_view beginning(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

void initialise_mime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace conserje::gmail
