#include "inbound.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "html.hpp"
#include "message_id.hpp"
#include "quote.hpp"
#include "smtp_reply.hpp"

namespace conserje::gmail {
namespace {

constexpr std::size_t kMaxMedia = 20;  // Of one mail; the others are counted in metadata.

bool contains(const std::string* text, std::string_view word) {
  return text != nullptr && lower(*text).find(word) != std::string::npos;
}

std::string_view local_part(std::string_view address) {
  return address.substr(0, address.rfind('@'));
}
std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

/// The address belongs to `domain` or to one below it.
bool is_within(std::string_view address, std::string_view domain) {
  const auto own = domain_of(address);
  if (domain.empty() || domain.find('.') == std::string_view::npos) return false;
  return own == domain || (own.size() > domain.size() && own.ends_with(domain) &&
                           own[own.size() - domain.size() - 1] == '.');
}

/// A header's value without its (comments).
std::string without_comments(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

/// The value of `name` in "dkim=pass header.i=@example.org"; empty: it is not there.
std::string_view property(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const bool is_whole = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
    const auto rest = text.substr(at + name.size());
    if (is_whole && rest.starts_with('=')) return rest.substr(1, rest.find_first_of(" \t") - 1);
  }
  return {};
}

/// One clause of Authentication-Results speaks for the address.
bool vouches(std::string_view clause, std::string_view address) {
  clause = trimmed(clause);
  if (property(clause, "dmarc") == "pass") {
    const auto from = property(clause, "header.from");
    return from.empty() || is_within(address, from);
  }
  if (property(clause, "dkim") != "pass") return false;
  auto signer = property(clause, "header.d");
  if (signer.empty()) signer = property(clause, "header.i");
  return is_within(address, signer.substr(signer.rfind('@') + 1));
}

std::string kind_of(const Attachment& file) {
  const auto slash = file.mime_type.find('/');
  const auto type = std::string_view(file.mime_type).substr(0, slash);
  for (const std::string_view kind : {"image", "audio", "video"})
    if (type == kind) return std::string(kind);
  return "document";
}

/// The files that a guest sent on purpose: not the images that his text shows.
std::vector<channel::Media> media_of(const Mail& mail, const Stored& stored) {
  std::vector<channel::Media> all;
  for (const auto& file : mail.attachments) {
    if (all.size() == kMaxMedia) break;
    if (file.is_inline && shows_image(mail.html, file.content_id)) continue;
    all.push_back({.kind = kind_of(file),
                   .mime_type = file.mime_type,
                   .reference = to_reference(stored.fetch_key, file.part),
                   .file_name = file.file_name,
                   .size = static_cast<std::int64_t>(file.size)});
  }
  return all;
}

std::string words_of(const Mail& mail) {
  auto words = own_words(mail.text);
  if (words.empty() && !mail.html.empty()) words = own_words(text_of_html(mail.html));
  return words.empty() ? mail.subject : words;
}

/// ISO 639-1 out of Content-Language; empty: the mail does not say.
std::string language_of(const Mail& mail) {
  const auto* header = mail.header("content-language");
  if (header == nullptr || header->size() < 2) return {};
  const auto language = lower(header->substr(0, 2));
  const bool ends = header->size() == 2 || (*header)[2] == '-' || (*header)[2] == ',';
  const bool is_word = std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
  return ends && is_word ? language : std::string();
}

Json metadata_of(const Mail& mail, const Stored& stored, std::string_view automated,
                 std::size_t media) {
  Json out = Json::object();
  if (!mail.message_id.empty()) out["message_id"] = mail.message_id;
  if (!mail.references.empty()) out["references"] = mail.references;
  if (!mail.reply_to.address.empty() && mail.reply_to.address != mail.from.address)
    out["answer_to"] = mail.reply_to.address;
  if (const auto* cc = mail.header("cc")) out["cc"] = *cc;
  if (!automated.empty()) out["automated_because"] = automated;
  if (stored.is_truncated) out["too_large_bytes"] = stored.size;
  if (media > kMaxMedia) out["files"] = media;
  return out;
}

channel::UnifiedMessage message_of(const Mail& mail, const Stored& stored, const Mailbox& mailbox) {
  const auto automated = automated_because(mail, mailbox.address);
  auto media = media_of(mail, stored);
  channel::UnifiedMessage message{
      .id = stored.id,
      .account = mailbox.address,
      .sender_id = mail.from.address.empty() ? "unknown@invalid" : mail.from.address,
      .sender_name = mail.from.name,
      .type = !automated.empty() ? "system"
              : media.empty()    ? "text"
                                 : "media",
      .text = words_of(mail),
      .reply_to = mail.in_reply_to,
      .thread_id = stored.thread_id,
      .subject = mail.subject,
      .automated = !automated.empty(),
      .unverified = !is_verified(mail, mailbox.authserv_id),
      .language = language_of(mail),
      .timestamp_ms = stored.at_ms,
      .metadata = metadata_of(mail, stored, automated, mail.attachments.size())};
  if (stored.is_truncated || (message.text.empty() && media.empty()))
    message.type = automated.empty() ? "unsupported" : "system";
  if (media.empty()) return message;
  message.media = std::move(media.front());
  message.more_media.assign(std::make_move_iterator(media.begin() + 1),
                            std::make_move_iterator(media.end()));
  return message;
}

/// What a bounce says of a mail of ours; nullopt: it is no bounce, or not of ours.
std::optional<channel::DeliveryStatus> status_of(const Mail& mail, const Stored& stored) {
  if (!mail.report || mail.report->action.empty()) return std::nullopt;
  const auto reference = reference_of(mail.report->message_id);
  if (!reference) return std::nullopt;
  channel::DeliveryStatus status{.message_id = mail.report->message_id,
                                 .status = "sent",
                                 .recipient_id = mail.report->recipient,
                                 .reference = *reference,
                                 .timestamp_ms = stored.at_ms};
  const auto& action = mail.report->action;
  if (action == "delivered") status.status = "delivered";
  if (action == "failed") status.status = "failed";
  if (action != "failed" && action != "delayed") return status;
  status.error_class = to_string(judge_enhanced(mail.report->status));
  status.error_code = mail.report->status;
  status.error_text = action == "failed" ? "the mail came back" : "the mail is delayed";
  return status;
}

}  // namespace

channel::EmitRequest to_events(const Mail& mail, const Stored& stored, const Mailbox& mailbox) {
  channel::EmitRequest events{.messages = {message_of(mail, stored, mailbox)}};
  if (auto status = status_of(mail, stored)) events.statuses.push_back(*std::move(status));
  return events;
}

bool is_verified(const Mail& mail, std::string_view authserv_id) {
  const auto* results = mail.header("authentication-results");
  if (results == nullptr || mail.count("from") != 1) return false;
  const auto text = lower(without_comments(*results));
  std::string_view rest = text;
  const auto server = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), server.size() + 1));
  if (trimmed(server).substr(0, trimmed(server).find(' ')) != authserv_id) return false;
  while (!rest.empty()) {
    const auto clause = rest.substr(0, rest.find(';'));
    if (vouches(clause, mail.from.address)) return true;
    rest.remove_prefix(std::min(rest.size(), clause.size() + 1));
  }
  return false;
}

std::string_view automated_because(const Mail& mail, std::string_view own_address) {
  const auto* submitted = mail.header("auto-submitted");
  if (submitted != nullptr && lower(*submitted).substr(0, 2) != "no") return "auto-submitted";
  if (mail.report) return "report";
  const auto* precedence = mail.header("precedence");
  for (const auto* word : {"bulk", "list", "junk", "auto_reply"})
    if (contains(precedence, word)) return "precedence";
  for (const auto* name : {"list-id", "list-unsubscribe"})
    if (mail.header(name) != nullptr) return "list";
  for (const auto* name : {"x-auto-response-suppress", "x-autoreply", "x-autorespond"})
    if (mail.header(name) != nullptr) return "auto-reply";
  const auto* path = mail.header("return-path");
  if (path != nullptr && trimmed(*path) == "<>") return "no return path";
  if (mail.from.address.empty()) return "no sender";
  if (mail.from.address == own_address) return "own address";
  constexpr std::array<std::string_view, 5> kMachines = {"mailer-daemon", "postmaster", "no-reply",
                                                         "noreply", "donotreply"};
  if (std::ranges::find(kMachines, local_part(mail.from.address)) != kMachines.end())
    return "sender";
  return {};
}

std::string to_reference(std::string_view fetch_key, std::size_t part) {
  return std::string(fetch_key) + "#" + std::to_string(part);
}

Result<MediaPlace> read_reference(std::string_view reference) {
  const auto hash = reference.rfind('#');
  MediaPlace place{.fetch_key = std::string(reference.substr(0, hash))};
  if (hash != std::string_view::npos && hash > 0) {
    const auto* end = reference.data() + reference.size();
    const auto [stop, error] = std::from_chars(reference.data() + hash + 1, end, place.part);
    if (error == std::errc() && stop == end) return place;
  }
  return Error{ErrorClass::permanent, "gmail: this is no reference of a mail's attachment"};
}

}  // namespace conserje::gmail
