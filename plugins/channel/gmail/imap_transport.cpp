#include "imap_transport.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <exception>
#include <span>
#include <utility>

#include "smtp.hpp"
#include "smtp_reply.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view kPosition = "imap";
constexpr std::size_t kBatch = 10;  // Mails that are emitted at once.
constexpr std::size_t kBatchBytes = 8 * 1024 * 1024;
constexpr milliseconds kFirstPause = 1s;
constexpr milliseconds kLongestPause = 5min;
constexpr milliseconds kPauseForOperator =
    15min;  // A login that is refused again locks the account.
constexpr std::int64_t kDayMs = 86'400'000;
constexpr auto kPruneEvery = 24h;

/// "1785920400.17" as UIDVALIDITY and UID; nullopt: it is neither.
std::optional<std::pair<std::uint64_t, std::uint64_t>> read_key(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::pair<std::uint64_t, std::uint64_t> out;
  const auto* middle = key.data() + dot;
  const auto* end = key.data() + key.size();
  const auto first = std::from_chars(key.data(), middle, out.first);
  const auto second = std::from_chars(middle + 1, end, out.second);
  if (first.ec != std::errc() || first.ptr != middle || second.ec != std::errc() ||
      second.ptr != end)
    return std::nullopt;
  return out;
}

/// A connection that serves one call.
struct Visit {
  Visit(const Host& host, const Config& config, const Call& call)
      : session(host, config, stream, call.deadline_ns()) {}
  ~Visit() { session.close(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  TlsStream stream{};
  ImapSession session;
};

}  // namespace

ImapTransport::ImapTransport(Host host, const Config& config, Intake& intake)
    : host_(host), config_(config), intake_(intake) {}

ImapTransport::~ImapTransport() { stop(); }

Status ImapTransport::start() {
  if (const auto set = host_.set_timer("prune", kPruneEvery, kPruneEvery); !set) return set;
  receiver_ = std::jthread([this](const std::stop_token& stop) {
    try {
      const SigpipeBlocked guard;
      receive(stop);
    } catch (const std::exception& error) {  // The top of a thread: it must not end the host.
      host_.error("receiving mail has broken off", {{"error", error.what()}});
      remember(Error{ErrorClass::bug, "gmail: receiving mail has broken off"});
    }
  });
  return Done{};
}

void ImapTransport::stop() {
  if (!receiver_.joinable()) return;
  receiver_.request_stop();
  stream_.wake();
  receiver_.join();
}

Status ImapTransport::on_timer(const Call&, std::string_view) {
  intake_.threads().prune();
  return Done{};
}

// ---- Logging in. Whoever asks again and again for what is refused has the account locked, so all
// connections wait together: the one that receives, those that serve one call, and submissions.

Status ImapTransport::open(ImapSession& session) {
  if (auto refused = refusal()) return *std::move(refused);
  const auto opened = session.open();
  if (!opened && opened.error().error_class == ErrorClass::config) refuse(opened.error());
  return opened;
}

Result<ImapSession::Folder> ImapTransport::enter(ImapSession& session, std::string_view folder) {
  if (const auto opened = open(session); !opened) return opened.error();
  return session.select(folder);
}

std::optional<Error> ImapTransport::refusal() const {
  const std::lock_guard lock(mutex_);
  return host_.monotonic_ns() < refused_until_ns_ ? refusal_ : std::nullopt;
}

void ImapTransport::refuse(const Error& error) {
  const auto pause = std::chrono::nanoseconds(kPauseForOperator).count();
  const std::lock_guard lock(mutex_);
  refusal_ = error;
  refused_until_ns_ = host_.monotonic_ns() + static_cast<std::uint64_t>(pause);
}

/// The thread: connect, stay, and when that ends wait and begin again.
void ImapTransport::receive(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto outcome = hold_connection(stop);
    if (stop.stop_requested()) return;
    if (outcome) continue;
    stream_.close();
    remember(outcome);
    pause(stop, backoff(outcome.error()));
  }
}

Status ImapTransport::hold_connection(const std::stop_token& stop) {
  ImapSession session(host_, config_, stream_);
  const auto folder = enter(session, "INBOX");
  if (!folder) return folder.error();
  while (!stop.stop_requested()) {
    if (const auto done = read_new(session, *folder); !done) return done;
    failures_ = 0;
    remember(Done{});
    if (const auto rested = session.idle(std::chrono::seconds(config_.poll_s)); !rested)
      return rested;
  }
  session.close();
  return Done{};
}

Status ImapTransport::read_new(ImapSession& session, const ImapSession::Folder& folder) {
  const auto known = position();
  if (!known) return known.error();
  if (!*known)  // The first start: what came before us is not ours to answer.
    return store({folder.uid_validity, folder.uid_next == 0 ? 0 : folder.uid_next - 1});
  if ((*known)->uid_validity == folder.uid_validity) {
    const auto last = (*known)->uid;
    auto uids = session.search("UID " + std::to_string(last + 1) + ":*");
    if (!uids) return uids.error();
    std::erase_if(*uids,
                  [&](std::uint64_t uid) { return uid <= last; });  // "*" is the last one, always.
    return read_all(session, folder, *uids);
  }
  host_.warn("the inbox is numbered anew; all recent mails are read",
             {{"uid_validity", folder.uid_validity}});
  host_.count("full_walks_total");
  const auto uids = session.search("SINCE " + to_search_date((*known)->at_ms - kDayMs));
  if (!uids) return uids.error();
  if (const auto read = read_all(session, folder, *uids); !read) return read;
  if (uids->empty())
    return store({folder.uid_validity, folder.uid_next == 0 ? 0 : folder.uid_next - 1});
  return Done{};
}

/// The position moves on only when the host has stored the mails before it.
Status ImapTransport::read_all(ImapSession& session, const ImapSession::Folder& folder,
                               const std::vector<std::uint64_t>& uids) {
  std::vector<RawMail> mails;
  std::size_t bytes = 0;
  for (const auto uid : uids) {
    auto mail = session.fetch(folder, uid, static_cast<std::size_t>(config_.max_mail_bytes));
    if (!mail) return mail.error();
    if (*mail) {
      bytes += (*mail)->bytes.size();
      mails.push_back(**std::move(mail));
    }
    if (uid != uids.back() && mails.size() < kBatch && bytes < kBatchBytes) continue;
    if (const auto stored = intake_.store(mails); !stored) return stored;
    if (const auto stored = store({folder.uid_validity, uid}); !stored) return stored;
    mails.clear();
    bytes = 0;
  }
  return Done{};
}

Result<std::optional<ImapTransport::Position>> ImapTransport::position() const {
  const auto entry = host_.kv_get(kPosition);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<Position>();
  const auto json = parse_json((*entry)->value);
  if (!json || !json->is_object()) return std::optional<Position>();
  return std::optional(Position{.uid_validity = json->value("uid_validity", std::uint64_t{0}),
                                .uid = json->value("uid", std::uint64_t{0}),
                                .at_ms = json->value("at_ms", std::int64_t{0})});
}

Status ImapTransport::store(const Position& position) {
  const Json json = {
      {"uid_validity", position.uid_validity}, {"uid", position.uid}, {"at_ms", host_.now_ms()}};
  const auto put = host_.kv_put(kPosition, json.dump());
  return put ? Status(Done{}) : Status(put.error());
}

void ImapTransport::remember(const Status& outcome) {
  Health now;
  if (!outcome) {
    const bool passes = outcome.error().error_class == ErrorClass::retry;
    now = {passes ? "degraded" : "down", outcome.error().message};
    if (passes)
      host_.warn("the mailbox cannot be read", {{"error", outcome.error().message}});
    else
      host_.error("the mailbox cannot be read", {{"error", outcome.error().message}});
  }
  const std::lock_guard lock(mutex_);
  health_ = std::move(now);
}

milliseconds ImapTransport::backoff(const Error& error) {
  const bool passes =
      error.error_class == ErrorClass::retry || error.error_class == ErrorClass::deadline;
  if (!passes) return kPauseForOperator;
  if (error.retry_after) return *error.retry_after;
  const auto most = std::min(kFirstPause * (1 << std::min(failures_++, 9U)), kLongestPause);
  std::array<std::byte, 1> chance{};
  host_.random(chance);
  return most / 2 + most / 2 * std::to_integer<int>(chance[0]) / 255;
}

void ImapTransport::pause(const std::stop_token& stop, milliseconds time) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, time, [] { return false; });
}

Status ImapTransport::send(const Call& call, std::string_view recipient, const std::string& mail,
                           const std::string&) {
  if (auto refused = refusal()) return *std::move(refused);
  const auto sent = submit(host_, call, config_, recipient, mail);
  if (!sent && is_login_refused(sent.error())) refuse(sent.error());
  return sent;
}

Result<bool> ImapTransport::was_sent(const Call& call, const std::string& message_id) {
  const SigpipeBlocked guard;
  const auto id = imap_quoted("<" + message_id + ">");
  if (!id) return id.error();
  Visit visit(host_, config_, call);
  if (const auto opened = open(visit.session); !opened) return opened.error();
  const auto name = visit.session.sent_folder();
  if (!name) return name.error();
  const auto folder = visit.session.select(*name);
  if (!folder) return folder.error();
  const auto uids = visit.session.search("HEADER Message-ID " + *id);
  if (!uids) return uids.error();
  return !uids->empty();
}

Result<RawMail> ImapTransport::fetch(const Call& call, const std::string& fetch_key,
                                     std::size_t max_bytes) {
  const SigpipeBlocked guard;
  const Error gone{ErrorClass::permanent, "gmail: the mail is gone, or too large"};
  const auto key = read_key(fetch_key);
  if (!key) return gone;
  Visit visit(host_, config_, call);
  const auto folder = enter(visit.session, "INBOX");
  if (!folder) return folder.error();
  if (folder->uid_validity != key->first) return gone;
  auto mail = visit.session.fetch(*folder, key->second, max_bytes);
  if (!mail) return mail.error();
  if (!*mail || (*mail)->stored.is_truncated) return gone;
  return **std::move(mail);
}

/// The cursor is the key of the last mail that was given.
Result<Transport::Page> ImapTransport::list(const Call& call, std::int64_t days,
                                            const std::string& cursor, std::size_t limit) {
  const SigpipeBlocked guard;
  Visit visit(host_, config_, call);
  const auto folder = enter(visit.session, "INBOX");
  if (!folder) return folder.error();
  auto uids = visit.session.search("SINCE " + to_search_date(host_.now_ms() - days * kDayMs));
  if (!uids) return uids.error();
  if (const auto key = read_key(cursor); key && key->first == folder->uid_validity)
    std::erase_if(*uids, [&](std::uint64_t uid) { return uid <= key->second; });
  Page page;
  for (const auto uid : *uids) {
    if (page.mails.size() == limit) {
      page.next_cursor = page.mails.back().stored.fetch_key;
      break;
    }
    auto mail = visit.session.fetch(*folder, uid, static_cast<std::size_t>(config_.max_mail_bytes));
    if (!mail) return mail.error();
    if (*mail) page.mails.push_back(**std::move(mail));
  }
  return page;
}

Result<channel::ChannelHealth> ImapTransport::check_health(const Call& call) {
  if (const auto known = health(); known.state != "ok")  // Who receives knows, and goes on trying.
    return channel::ChannelHealth{.state = known.state, .detail = known.detail};
  const SigpipeBlocked guard;
  Visit visit(host_, config_, call);
  const auto folder = enter(visit.session, "INBOX");
  if (!folder)
    return channel::ChannelHealth{
        .state = folder.error().error_class == ErrorClass::retry ? "degraded" : "down",
        .detail = folder.error().message};
  const auto known = health();
  return channel::ChannelHealth{.state = known.state, .detail = known.detail};
}

Health ImapTransport::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace conserje::gmail
