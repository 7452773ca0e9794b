#include "api_transport.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base64.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view kPosition = "history";  // Of the host's store.
constexpr std::size_t kBatch = 10;                 // Mails that are emitted at once.
constexpr std::size_t kBatchBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxListed = 10'000;  // Mails of a full walk.
constexpr std::int64_t kLeastDays = 2;      // Of a full walk.
constexpr std::int64_t kMostDays = 30;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr auto kWatchEvery = 24h;
constexpr auto kRetryWatch = 5min;
constexpr auto kRetryKeys = 1min;
constexpr std::int64_t kAskForKeysMs = 60'000;         // At most so often for an unknown key.
constexpr std::uint64_t kReserveNs = 3'000'000'000;    // A walk leaves so much of its time.
constexpr std::size_t kMaxJsonSend = 4 * 1024 * 1024;  // Above: an upload.
constexpr std::int64_t kMaxList = 4 * 1024 * 1024;     // Bytes of a list's answer.
constexpr std::int64_t kRawOverhead = 64 * 1024;

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// An id that Google writes as a number or as a text.
std::string id_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  const auto number = read_number(*found);
  return number ? std::to_string(*number) : std::string();
}

/// The items of an array member; empty when it is not there.
Json items_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

bool has_label(const Json& message, std::string_view label) {
  const auto labels = items_of(message, "labelIds");
  return std::ranges::any_of(labels, [&](const Json& one) { return one == label; });
}

/// A guest's mail: in the inbox, and neither ours nor thrown away.
bool is_incoming(const Json& message) {
  constexpr std::string_view kOthers[] = {"SENT", "DRAFT", "SPAM", "TRASH"};
  return has_label(message, "INBOX") &&
         std::ranges::none_of(kOthers, [&](auto label) { return has_label(message, label); });
}

bool is_gone(const Error& error) {
  return error.vendor_code == "notFound" || error.vendor_code == "404" ||
         error.vendor_code == "NOT_FOUND";
}

Stored stored_of(const Json& message) {
  Stored stored{.id = text_at(message, "id"), .thread_id = text_at(message, "threadId")};
  stored.fetch_key = stored.id;
  if (const auto at = id_at(message, "internalDate"); !at.empty() && at.size() < 16)
    stored.at_ms = std::stoll(at);
  if (const auto size = id_at(message, "sizeEstimate"); !size.empty() && size.size() < 16)
    stored.size = static_cast<std::size_t>(std::stoll(size));
  return stored;
}

/// A header as it may stand in a mail again.
std::string header_line(const Json& header) {
  auto value = text_at(header, "value");
  std::ranges::replace_if(
      value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return text_at(header, "name") + ": " + value + "\r\n";
}

/// Google's ids are hexadecimal; whatever else somebody writes into a reference goes into no URL.
bool is_mail_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

/// `ids` behind `cursor`; all of them when it is not among them any more.
std::vector<std::string> after(std::vector<std::string> ids, const std::string& cursor) {
  const auto found = std::ranges::find(ids, cursor);
  if (found != ids.end()) ids.erase(ids.begin(), found + 1);
  return ids;
}

/// What stands in the host's store: where we are, and when we were there.
struct Position {
  std::string history_id{};
  std::int64_t at_ms = 0;
};
void read(const Json& json, Position& position) {
  expect_object(json, "position");
  read_member(json, "history_id", position.history_id);
  read_member(json, "at_ms", position.at_ms);
}

Result<std::optional<Position>> stored_position(const Host& host) {
  const auto entry = host.kv_get(kPosition);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<Position>();
  auto position = decode<Position>(std::string_view((*entry)->value));
  if (!position) return std::optional<Position>();
  return std::optional(*std::move(position));
}

}  // namespace

ApiTransport::ApiTransport(Host host, const Config& config, Intake& intake)
    : host_(host), config_(config), intake_(intake), client_(host, config) {}

Status ApiTransport::start() {
  const milliseconds poll = std::chrono::seconds(config_.poll_s);
  if (const auto set = host_.set_timer("walk", 0ms, poll); !set) return set;
  if (config_.topic.empty()) return Done{};
  if (const auto set = host_.set_timer("keys", 0ms); !set) return set;
  return host_.set_timer("watch", 0ms, kWatchEvery);
}

Status ApiTransport::on_timer(const Call& call, std::string_view name) {
  if (name == "keys") return renew_keys(call);
  if (name == "watch") {
    intake_.threads().prune();
    return renew_watch(call);
  }
  // One walk at a time: two would read the same mails.
  again_ = true;
  Status outcome = Done{};
  while (outcome && again_ && !walking_.exchange(true)) {
    while (outcome && again_.exchange(false)) outcome = walk(call);
    remember(outcome);
    walking_ = false;
  }
  return outcome;
}

/// A walk that ends early goes on at once, in a call with time of its own.
bool ApiTransport::has_time(const Call& call) const {
  const bool is_late =
      call.deadline_ns() != 0 && host_.monotonic_ns() + kReserveNs > call.deadline_ns();
  if (!is_late && !call.cancelled()) return true;
  if (const auto set = host_.set_timer("push", 0ms); !set)
    host_.warn("the mailbox is read on at the next poll", {{"error", set.error().message}});
  return false;
}

Status ApiTransport::walk(const Call& call) {
  const auto position = stored_position(host_);
  if (!position) return position.error();
  if (!*position) {  // The first start: what came before us is not ours to answer.
    const auto newest = newest_history(call);
    return newest ? store_position(*newest) : Status(newest.error());
  }
  auto walked = walk_history(call, (*position)->history_id);
  if (walked || !is_gone(walked.error())) return walked;
  host_.warn("the mailbox's history is gone; all recent mails are read",
             {{"history_id", (*position)->history_id}});
  host_.count("full_walks_total");
  return walk_everything(call);
}

/// From `from`, which is ours: the announced id would be the end, and show nothing.
Status ApiTransport::walk_history(const Call& call, const std::string& from) {
  std::string page;
  do {
    const auto answer =
        client_.call(call, {.path = "/history?startHistoryId=" + percent_encoded(from) +
                                    "&historyTypes=messageAdded&labelId=INBOX&maxResults=500" +
                                    (page.empty() ? "" : "&pageToken=" + percent_encoded(page)),
                            .max_response_bytes = kMaxList});
    if (!answer) return answer.error();
    Ids ids;
    std::string reached;
    const auto take_batch = [&]() -> Status {
      if (const auto taken = take(call, ids); !taken) return taken;
      ids.clear();
      return reached.empty() ? Status(Done{}) : store_position(reached);
    };
    for (const auto& record : items_of(*answer, "history")) {
      for (const auto& added : items_of(record, "messagesAdded"))
        if (const auto message = added.find("message");
            message != added.end() && is_incoming(*message))
          if (const auto id = text_at(*message, "id");
              is_mail_id(id) && std::ranges::find(ids, id) == ids.end())
            ids.push_back(id);
      reached = id_at(record, "id");
      if (ids.size() < kBatch) continue;
      if (const auto taken = take_batch(); !taken) return taken;
      if (!has_time(call)) return Done{};
    }
    if (const auto taken = take_batch(); !taken) return taken;
    page = text_at(*answer, "nextPageToken");
    if (page.empty())
      if (const auto end = id_at(*answer, "historyId"); !end.empty()) return store_position(end);
  } while (!page.empty() && has_time(call));
  return Done{};
}

/// All mails since we last stood somewhere. The host knows those that it has.
Status ApiTransport::walk_everything(const Call& call) {
  const auto position = stored_position(host_);
  if (!position) return position.error();
  const auto newest = newest_history(call);  // Before the list, so that nothing falls in between.
  if (!newest) return newest.error();
  const auto since = *position ? (*position)->at_ms : host_.now_ms();
  const auto days = std::clamp((host_.now_ms() - since) / kDayMs + 1, kLeastDays, kMostDays);
  const auto ids = ids_of(call, days);
  if (!ids) return ids.error();
  const auto done = host_.kv_get("walked");
  auto rest = after(*ids, done && *done ? (*done)->value : std::string());
  while (!rest.empty()) {
    const auto count = std::min(rest.size(), kBatch);
    const Ids batch(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    if (const auto taken = take(call, batch); !taken) return taken;
    if (const auto put = host_.kv_put("walked", batch.back()); !put) return put.error();
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    if (!rest.empty() && !has_time(call)) return Done{};
  }
  if (const auto removed = host_.kv_remove("walked"); !removed) return removed;
  return store_position(*newest);
}

/// Reads mails and has them stored. One that is gone meanwhile is skipped.
Status ApiTransport::take(const Call& call, const Ids& ids) {
  std::vector<RawMail> mails;
  std::size_t bytes = 0;
  for (const auto& id : ids) {
    auto mail = read_mail_of(call, id, static_cast<std::size_t>(config_.max_mail_bytes));
    if (!mail) return mail.error();
    if (!*mail) continue;
    bytes += (*mail)->bytes.size();
    mails.push_back(**std::move(mail));
    if (bytes < kBatchBytes) continue;
    if (const auto stored = intake_.store(mails); !stored) return stored;
    mails.clear();
    bytes = 0;
  }
  return intake_.store(mails);
}

/// nullopt: it is gone. Of a mail that is too large, the headers alone.
Result<std::optional<RawMail>> ApiTransport::read_mail_of(const Call& call, const std::string& id,
                                                          std::size_t max_bytes) {
  const auto limit = static_cast<std::int64_t>(max_bytes) * 4 / 3 + kRawOverhead;
  const auto answer =
      client_.call(call, {.path = "/messages/" + id + "?format=raw", .max_response_bytes = limit});
  if (!answer) {
    if (is_gone(answer.error())) return std::optional<RawMail>();
    // The host's client reads no answer beyond the bound.
    if (answer.error().error_class != ErrorClass::permanent || !answer.error().vendor_code.empty())
      return answer.error();
    auto headers = read_headers_of(call, id);
    if (!headers) return headers.error();
    return std::optional(*std::move(headers));
  }
  const auto bytes = from_base64(text_at(*answer, "raw"));
  RawMail mail{.stored = stored_of(*answer), .bytes = bytes.value_or("")};
  if (!bytes || mail.stored.id != id)
    return Error{ErrorClass::retry, "gmail: the API's answer holds no mail"};
  mail.stored.size = mail.bytes.size();
  return std::optional(std::move(mail));
}

Result<RawMail> ApiTransport::read_headers_of(const Call& call, const std::string& id) {
  const auto answer = client_.call(call, {.path = "/messages/" + id + "?format=metadata"});
  if (!answer) return answer.error();
  RawMail mail{.stored = stored_of(*answer)};
  mail.stored.is_truncated = true;
  if (const auto payload = answer->find("payload");
      payload != answer->end() && payload->is_object())
    for (const auto& header : items_of(*payload, "headers")) mail.bytes += header_line(header);
  return mail;
}

Result<ApiTransport::Ids> ApiTransport::ids_of(const Call& call, std::int64_t days) {
  Ids ids;
  std::string page;
  do {
    const auto query = "in:inbox newer_than:" + std::to_string(days) + "d";
    const auto answer =
        client_.call(call, {.path = "/messages?q=" + percent_encoded(query) + "&maxResults=500" +
                                    (page.empty() ? "" : "&pageToken=" + percent_encoded(page)),
                            .max_response_bytes = kMaxList});
    if (!answer) return answer.error();
    for (const auto& message : items_of(*answer, "messages"))
      if (const auto id = text_at(message, "id"); is_mail_id(id)) ids.push_back(id);
    page = text_at(*answer, "nextPageToken");
  } while (!page.empty() && ids.size() < kMaxListed);
  if (!page.empty())
    host_.error("more mails came than are read at once; the oldest are left out",
                {{"read", ids.size()}});
  std::ranges::reverse(ids);  // Google lists the newest first.
  return ids;
}

Result<std::string> ApiTransport::newest_history(const Call& call) {
  const auto profile = client_.call(call, {.path = "/profile"});
  if (!profile) return profile.error();
  auto id = id_at(*profile, "historyId");
  if (id.empty()) return Error{ErrorClass::retry, "gmail: the profile has no historyId"};
  return id;
}

Status ApiTransport::store_position(const std::string& history_id) {
  const Json json = {{"history_id", history_id}, {"at_ms", host_.now_ms()}};
  if (const auto put = host_.kv_put(kPosition, json.dump()); !put) return put.error();
  const std::lock_guard lock(mutex_);
  position_ = read_number(history_id).value_or(0);
  return Done{};
}

Status ApiTransport::renew_watch(const Call& call) {
  const Json body = {
      {"topicName", config_.topic}, {"labelIds", {"INBOX"}}, {"labelFilterBehavior", "INCLUDE"}};
  const auto text = body.dump();
  const auto answer = client_.call(
      call, {.method = "POST", .path = "/watch", .content_type = "application/json", .body = text});
  if (!answer) {
    host_.error("the watch of the mailbox is not renewed; it is polled",
                {{"error", answer.error().message}});
    if (const auto set = host_.set_timer("watch", kRetryWatch, kWatchEvery); !set) return set;
    return answer.error();
  }
  const auto ends = id_at(*answer, "expiration");
  const std::lock_guard lock(mutex_);
  watch_ends_ms_ = ends.size() < 16 && !ends.empty() ? std::stoll(ends) : 0;
  return Done{};
}

Status ApiTransport::renew_keys(const Call& call) {
  const auto response = host_.http(call, {.method = "GET", .url = config_.keys_url});
  auto keys = !response ? Result<KeySet>(response.error())
              : response->status == 200
                  ? read_keys(response->body)
                  : Error{ErrorClass::retry, "gmail: the signing keys are not given: " +
                                                 std::to_string(response->status)};
  const auto next = keys ? milliseconds(max_age_of(*response)) : milliseconds(kRetryKeys);
  if (const auto set = host_.set_timer("keys", next); !set) return set;
  if (!keys) {
    host_.warn("Google's signing keys are not renewed", {{"error", keys.error().message}});
    return keys.error();
  }
  auto shared = std::make_shared<const KeySet>(*std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_ = std::move(shared);
  are_keys_awaited_ = false;
  return Done{};
}

/// After a push of an unknown key: whether newer keys may come soon, which it asks for. Whoever
/// sends us such tokens makes us ask no more than once a minute.
bool ApiTransport::are_keys_under_way() const {
  const auto now = host_.now_ms();
  {
    const std::lock_guard lock(mutex_);
    if (keys_ == nullptr) return true;  // The timer tries until they come.
    if (keys_asked_ms_ != 0 && now - keys_asked_ms_ < kAskForKeysMs) return are_keys_awaited_;
    keys_asked_ms_ = now;
    are_keys_awaited_ = true;
  }
  if (const auto set = host_.set_timer("keys", 0ms); !set)
    host_.warn("Google's signing keys are not asked for", {{"error", set.error().message}});
  return true;
}

Result<channel::WebhookEvents> ApiTransport::handle_webhook(const Call&,
                                                            const WebhookDelivery& delivery) const {
  if (config_.topic.empty())
    return Error{ErrorClass::config, "gmail: a push came, but no topic is configured"};
  if (!has_push_token(delivery.request.query)) return refuse_push({TokenFlaw::malformed, {}});
  std::shared_ptr<const KeySet> keys;
  std::uint64_t position = 0;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
    position = position_;
  }
  auto token = delivery.header("authorization").value_or("");
  const bool is_bearer = token.size() > 7 && lower(token.substr(0, 7)) == "bearer ";
  const auto verdict = judge_token(
      is_bearer ? token.substr(7) : std::string_view(), keys ? *keys : KeySet(),
      {config_.push_audience, config_.push_service_account}, delivery.request.received_at_ms,
      [&](const PublicKey& key, std::string_view data, std::string_view signature) {
        return host_.verify_rs256(key.n, key.e, data, signature);
      });
  if (verdict.flaw != TokenFlaw::none) return refuse_push(verdict);

  const auto notification = read_notification(delivery.body);
  if (!notification) return notification.error();
  if (notification->mailbox != config_.mailbox || notification->history_id <= position)
    return channel::WebhookEvents{.ignored = 1};
  if (const auto set = host_.set_timer("push", 0ms); !set) return set.error();
  return channel::WebhookEvents{};
}

bool ApiTransport::has_push_token(std::string_view query) const {
  if (config_.push_token.empty()) return true;
  const auto wanted = host_.secret(config_.push_token);
  if (!wanted) return false;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    if (pair.starts_with("token="))
      return host_.equal(pair.substr(6), percent_encoded(*wanted)) ||
             host_.equal(pair.substr(6), *wanted);
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return false;
}

/// Pub/Sub repeats what it is refused, for days: so a mistake costs time and no mail, once the log
/// has told what is wrong.
Error ApiTransport::refuse_push(const TokenVerdict& verdict) const {
  if (verdict.flaw == TokenFlaw::key_unknown && are_keys_under_way())
    return {ErrorClass::retry, "gmail: the push is signed by a key that we do not have yet"};
  if (verdict.flaw == TokenFlaw::audience || verdict.flaw == TokenFlaw::account)
    host_.warn("a push of Google's is not for us",
               {{"flaw", to_string(verdict.flaw)},
                {"found", verdict.found},
                {"needed", verdict.flaw == TokenFlaw::audience ? config_.push_audience
                                                               : config_.push_service_account}});
  host_.count("pushes_refused_total", {{"flaw", to_string(verdict.flaw)}});
  return {ErrorClass::auth,
          "gmail: the push is not verified: " + std::string(to_string(verdict.flaw))};
}

Status ApiTransport::send(const Call& call, std::string_view, const std::string& mail,
                          const std::string& thread_id) {
  if (mail.size() > kMaxJsonSend) {  // The thread goes by the headers.
    const auto sent =
        client_.call(call, {.method = "POST",
                            .path = "/upload/gmail/v1/users/me/messages/send?uploadType=media",
                            .content_type = "message/rfc822",
                            .body = mail});
    return sent ? Status(Done{}) : Status(sent.error());
  }
  const auto post = [&](const std::string& thread) {
    Json json = {{"raw", to_base64url(mail)}};
    if (!thread.empty()) json["threadId"] = thread;
    const auto body = json.dump();
    return client_.call(call, {.method = "POST",
                               .path = "/messages/send",
                               .content_type = "application/json",
                               .body = body});
  };
  auto sent = post(thread_id);
  if (!sent && !thread_id.empty() && is_gone(sent.error())) sent = post("");  // A deleted thread.
  return sent ? Status(Done{}) : Status(sent.error());
}

Result<bool> ApiTransport::was_sent(const Call& call, const std::string& message_id) {
  const auto query = "in:sent rfc822msgid:" + message_id;
  const auto answer =
      client_.call(call, {.path = "/messages?q=" + percent_encoded(query) + "&maxResults=1"});
  if (!answer) return answer.error();
  return !items_of(*answer, "messages").empty();
}

Result<RawMail> ApiTransport::fetch(const Call& call, const std::string& fetch_key,
                                    std::size_t max_bytes) {
  const Error gone{ErrorClass::permanent, "gmail: the mail is gone, or too large"};
  if (!is_mail_id(fetch_key)) return gone;
  auto mail = read_mail_of(call, fetch_key, max_bytes);
  if (!mail) return mail.error();
  if (!*mail || (*mail)->stored.is_truncated) return gone;
  return **std::move(mail);
}

Result<Transport::Page> ApiTransport::list(const Call& call, std::int64_t days,
                                           const std::string& cursor, std::size_t limit) {
  const auto ids = ids_of(call, days);
  if (!ids) return ids.error();
  const auto rest = after(*ids, cursor);
  Page page;
  std::size_t read = 0;
  for (; read < rest.size() && page.mails.size() < limit; ++read) {
    if (read > 0 && call.deadline_ns() != 0 &&
        host_.monotonic_ns() + kReserveNs > call.deadline_ns())
      break;
    auto mail = read_mail_of(call, rest[read], static_cast<std::size_t>(config_.max_mail_bytes));
    if (!mail) return mail.error();
    if (*mail) page.mails.push_back(**std::move(mail));
  }
  if (read < rest.size() && read > 0) page.next_cursor = rest[read - 1];
  return page;
}

Result<channel::ChannelHealth> ApiTransport::check_health(const Call& call) {
  const auto profile = client_.call(call, {.path = "/profile"});
  channel::ChannelHealth health{.state = "ok"};
  {
    const std::lock_guard lock(mutex_);
    health.expires_at_ms = watch_ends_ms_;
  }
  if (!profile) {
    const auto passes = profile.error().error_class == ErrorClass::retry;
    health.state = passes ? "degraded" : "down";
    health.detail = profile.error().message;
  } else if (lower(text_at(*profile, "emailAddress")) != config_.mailbox) {
    health.state = "down";
    health.detail = "the token is of another mailbox than the configured one";
  } else if (!config_.topic.empty() && health.expires_at_ms < host_.now_ms()) {
    health.state = "degraded";
    health.detail = "no watch: the mailbox is only polled";
  }
  return health;
}

Health ApiTransport::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void ApiTransport::remember(const Status& outcome) {
  Health now;
  if (!outcome) {
    const auto passes = outcome.error().error_class == ErrorClass::retry ||
                        outcome.error().error_class == ErrorClass::deadline;
    now = {passes ? "degraded" : "down", outcome.error().message};
    host_.warn("the mailbox was not read to its end", {{"error", outcome.error().message}});
  }
  const std::lock_guard lock(mutex_);
  health_ = std::move(now);
}

}  // namespace conserje::gmail
