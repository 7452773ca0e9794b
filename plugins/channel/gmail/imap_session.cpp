#include "imap_session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "inbound.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto kConnect = 10s;
constexpr auto kAnswer = 60s;  // A server that says nothing for so long within a command is gone.
constexpr auto kAfterIdle = 20s;  // The end of IDLE takes no work; a deaf connection shows here.
constexpr std::size_t kOverhead = 64 * 1024;  // Of a reply, besides the mail in it.
constexpr std::size_t kMaxUids = 100'000;

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() ? value : 0;
}

/// Gmail's ids as its API writes them: the same number, in hexadecimal.
std::string to_hex(std::uint64_t value) {
  char text[17] = {};
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, 16);
  return error == std::errc() ? std::string(text, end) : std::string();
}

bool is_fetch(const ImapReply& reply) {
  return reply.tag == "*" && reply.values.size() == 3 && reply.values[1].text == "FETCH" &&
         reply.values[2].kind == ImapValue::Kind::list;
}

/// The value behind a name in the list of a FETCH; nullptr: it is not there. BODY[...] is found by
/// its beginning.
const ImapValue* item(const ImapReply& reply, std::string_view name) {
  const auto& items = reply.values[2].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i].text == name || (name == "BODY[" && items[i].text.starts_with(name)))
      return &items[i + 1];
  return nullptr;
}

std::string text_of(const ImapReply& reply, std::string_view name) {
  const auto* found = item(reply, name);
  return found == nullptr ? std::string() : found->text;
}

/// A mail without Gmail's id is known by its bytes: they stay when the folder is numbered anew, and
/// two mails with the same Message-ID stay two.
Result<std::string> id_of(const Host& host, const ImapReply& reply, const std::string& bytes) {
  if (const auto id = number(text_of(reply, "X-GM-MSGID")); id != 0) return to_hex(id);
  const auto digest = host.digest(Digest::sha256, bytes);
  if (!digest) return digest.error();
  std::string id = "mail.";
  for (const char byte : digest->substr(0, 16)) {
    const auto value = static_cast<unsigned char>(byte);
    id += "0123456789abcdef"[value >> 4U];
    id += "0123456789abcdef"[value & 15U];
  }
  return id;
}

}  // namespace

ImapSession::ImapSession(Host host, const Config& config, TlsStream& stream,
                         std::uint64_t deadline_ns)
    : host_(host),
      config_(config),
      stream_(stream),
      deadline_ns_(deadline_ns),
      reader_(static_cast<std::size_t>(config.max_mail_bytes) + kOverhead) {}

Status ImapSession::open() {
  const auto password = host_.secret(config_.password);
  if (!password) return password.error();
  const auto user = imap_quoted(config_.user);
  const auto secret = imap_quoted(*password);
  if (!user || !secret)
    return Error{ErrorClass::config, "gmail: user or password has other characters than ASCII's"};
  const ServerAddress address{config_.imap_host, config_.imap_port, config_.ca_file};
  if (const auto connected = stream_.connect(address, kConnect); !connected) return connected;
  const auto greeting = read(kAnswer);
  if (!greeting) return greeting.error();
  if (greeting->status != "OK") return to_error(*greeting);
  const auto login = run("LOGIN " + *user + " " + *secret);
  if (!login) return login.error();
  return read_capabilities();  // Gmail shows all of them only now.
}

Status ImapSession::read_capabilities() {
  capabilities_.clear();
  const auto done = run("CAPABILITY", [&](const ImapReply& reply) {
    if (reply.values.empty() || reply.values[0].text != "CAPABILITY") return;
    for (const auto& value : reply.values) capabilities_.push_back(value.text);
  });
  if (!done) return done.error();
  if (!has("ID")) return Done{};
  const auto named = run("ID (\"name\" \"conserje\")");
  return named ? Status(Done{}) : Status(named.error());
}

bool ImapSession::has(std::string_view capability) const {
  return std::ranges::find(capabilities_, capability) != capabilities_.end();
}

Result<ImapSession::Folder> ImapSession::select(std::string_view folder) {
  Folder out;
  const auto name = imap_quoted(folder);
  if (!name) return name.error();
  const auto done = run("SELECT " + *name, [&](const ImapReply& reply) {
    const auto space = reply.code.find(' ');
    const auto word = std::string_view(reply.code).substr(0, space);
    if (space == std::string::npos) return;
    const auto value = number(std::string_view(reply.code).substr(space + 1));
    if (word == "UIDVALIDITY") out.uid_validity = value;
    if (word == "UIDNEXT") out.uid_next = value;
  });
  if (!done) return done.error();
  if (out.uid_validity == 0)
    return Error{ErrorClass::retry, "gmail: the mail server numbers the folder's mails by no UID"};
  return out;
}

Result<std::string> ImapSession::sent_folder() {
  std::string found = "Sent";
  const auto done = run("LIST \"\" \"*\"", [&](const ImapReply& reply) {
    if (reply.values.size() != 4 || reply.values[0].text != "LIST") return;
    const auto& flags = reply.values[1].items;
    if (std::ranges::any_of(flags, [](const ImapValue& flag) { return flag.text == "\\Sent"; }))
      found = reply.values[3].text;
  });
  if (!done) return done.error();
  return found;
}

Result<std::vector<std::uint64_t>> ImapSession::search(const std::string& criteria) {
  std::vector<std::uint64_t> uids;
  const auto done = run("UID SEARCH " + criteria, [&](const ImapReply& reply) {
    if (reply.values.empty() || reply.values[0].text != "SEARCH") return;
    for (std::size_t i = 1; i < reply.values.size() && uids.size() < kMaxUids; ++i)
      uids.push_back(number(reply.values[i].text));
  });
  if (!done) return done.error();
  std::ranges::sort(uids);
  return uids;
}

Result<std::optional<RawMail>> ImapSession::fetch(const Folder& folder, std::uint64_t uid,
                                                  std::size_t max_bytes) {
  const auto prefix = "UID FETCH " + std::to_string(uid) + " ";
  std::size_t size = 0;
  bool is_there = false;
  const auto measured = run(prefix + "(UID RFC822.SIZE)", [&](const ImapReply& reply) {
    if (!is_fetch(reply) || number(text_of(reply, "UID")) != uid) return;
    is_there = true;
    size = number(text_of(reply, "RFC822.SIZE"));
  });
  if (!measured) return measured.error();
  if (!is_there) return std::optional<RawMail>();

  const bool is_whole = size <= max_bytes;
  const std::string gmail = has("X-GM-EXT-1") ? " X-GM-MSGID X-GM-THRID" : "";
  std::optional<ImapReply> found;
  const auto done = run(
      prefix + "(UID INTERNALDATE" + gmail + (is_whole ? " BODY.PEEK[])" : " BODY.PEEK[HEADER])"),
      [&](const ImapReply& reply) {
        if (is_fetch(reply) && number(text_of(reply, "UID")) == uid) found = reply;
      });
  if (!done) return done.error();
  if (!found || item(*found, "BODY[") == nullptr) return std::optional<RawMail>();

  RawMail mail{.bytes = text_of(*found, "BODY[")};
  const auto id = id_of(host_, *found, mail.bytes);
  if (!id) return id.error();
  mail.stored = {.id = *id,
                 .fetch_key = std::to_string(folder.uid_validity) + "." + std::to_string(uid),
                 .at_ms = read_internal_date(text_of(*found, "INTERNALDATE")),
                 .size = size,
                 .is_truncated = !is_whole};
  if (const auto thread = number(text_of(*found, "X-GM-THRID")); thread != 0)
    mail.stored.thread_id = to_hex(thread);
  return std::optional(std::move(mail));
}

/// DONE is sent in any case, and the command's end is waited for: an answer proves that the
/// connection lives.
Status ImapSession::idle(milliseconds longest) {
  if (!has("IDLE")) {
    const auto nothing = stream_.read(longest);
    if (!nothing) return nothing.error();
    reader_.feed(*nothing);
    return Done{};
  }
  const auto tag = "a" + std::to_string(++commands_);
  if (const auto sent = send(tag + " IDLE"); !sent) return sent;
  for (bool is_idling = false;;) {
    const auto reply = read(is_idling ? longest : milliseconds(kAnswer));
    if (!reply && reply.error().error_class != ErrorClass::deadline) return reply.error();
    if (!reply && !is_idling) return Error{ErrorClass::retry, reply.error().message};
    if (reply && reply->tag == tag) return to_error(*reply);  // Refused.
    if (reply && reply->status == "BYE") return to_error(*reply);
    if (reply && reply->tag == "+") is_idling = true;
    const bool is_news = reply && reply->values.size() == 2 && reply->values[1].text == "EXISTS";
    const bool is_over = !reply || reply->tag == "*";  // Also "OK Still here": time to look.
    if (is_news || (is_idling && is_over)) break;
  }
  if (const auto sent = send("DONE"); !sent) return sent;
  const auto ended = await(tag, {}, kAfterIdle);
  return ended ? Status(Done{}) : Status(ended.error());
}

void ImapSession::close() {
  if (const auto sent = send("a0 LOGOUT"); !sent) return stream_.close();
  stream_.close();
}

Status ImapSession::send(const std::string& line) { return stream_.write(line + "\r\n", kAnswer); }

Result<ImapReply> ImapSession::run(const std::string& command, const OnData& on_data) {
  const auto tag = "a" + std::to_string(++commands_);
  if (const auto sent = send(tag + " " + command); !sent) return sent.error();
  return await(tag, on_data, kAnswer);
}

/// Success: the server said OK to the command.
Result<ImapReply> ImapSession::await(const std::string& tag, const OnData& on_data,
                                     milliseconds patience) {
  for (;;) {
    auto reply = read(patience);
    if (!reply) {
      auto error = reply.error();
      if (error.error_class == ErrorClass::deadline) error.error_class = ErrorClass::retry;
      return error;
    }
    if (reply->status == "BYE") return to_error(*reply);
    if (reply->tag == tag) {
      if (reply->status != "OK") return to_error(*reply);
      return reply;
    }
    if (on_data) on_data(*reply);
  }
}

/// Errors: deadline, nothing came in time.
Result<ImapReply> ImapSession::read(milliseconds timeout) {
  for (;;) {
    auto reply = reader_.next();
    if (!reply) return Error{ErrorClass::retry, reply.error().message};
    if (*reply) return **std::move(reply);
    if (deadline_ns_ != 0 && host_.monotonic_ns() > deadline_ns_)
      return Error{ErrorClass::deadline, "gmail: the mail server answers too slowly"};
    const auto bytes = stream_.read(timeout);
    if (!bytes) return bytes.error();
    if (bytes->empty()) return Error{ErrorClass::deadline, "gmail: the mail server says nothing"};
    reader_.feed(*bytes);
  }
}

}  // namespace conserje::gmail
