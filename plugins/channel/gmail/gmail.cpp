#include "gmail.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api_transport.hpp"
#include "compose.hpp"
#include "conserje/config.hpp"
#include "imap_transport.hpp"
#include "message_id.hpp"

namespace conserje::gmail {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMostListed = 100;

struct Needed {
  const char* name = nullptr;
  const std::string* value = nullptr;
  bool is_secret = false;
};

std::vector<Needed> needed_of(const Config& config) {
  if (config.transport == "imap") return {{"password", &config.password, true}};
  std::vector<Needed> needed = {{"client_id", &config.client_id},
                                {"client_secret", &config.client_secret, true},
                                {"refresh_token", &config.refresh_token, true}};
  if (config.topic.empty()) return needed;
  needed.push_back({"push_audience", &config.push_audience});
  needed.push_back({"push_service_account", &config.push_service_account});
  return needed;
}

Status check(const Host& host, const Config& config) {
  for (const auto& [name, value, is_secret] : needed_of(config)) {
    const auto why = std::string("gmail: with transport: ") + config.transport + ", " + name;
    if (value->empty()) return Error{ErrorClass::config, why + " is needed"};
    if (!is_secret) continue;
    const auto secret = host.secret(*value);
    if (!secret || secret->empty()) return Error{ErrorClass::config, why + " is missing or empty"};
  }
  if (!is_address(config.mailbox))
    return Error{ErrorClass::config, "gmail: mailbox is no mail address"};
  return Done{};
}

std::string subject_of(const std::optional<Thread>& thread, const channel::SendRequest& request,
                       const Config& config) {
  if (thread && !thread->subject.empty()) {
    const auto beginning = lower(std::string_view(thread->subject).substr(0, 3));
    return beginning == "re:" ? thread->subject : "Re: " + thread->subject;
  }
  if (!request.subject.empty()) return request.subject;
  return config.display_name.empty() ? config.mailbox : config.display_name;
}

}  // namespace

Result<std::unique_ptr<Gmail>> Gmail::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  if (const auto checked = check(host, *config); !checked) return checked.error();
  return std::unique_ptr<Gmail>(new Gmail(host, *std::move(config)));
}

Gmail::Gmail(Host host, Config config)
    : host_(host), config_(std::move(config)), intake_(host, config_) {
  if (config_.transport == "imap")
    transport_ = std::make_unique<ImapTransport>(host_, config_, intake_);
  else
    transport_ = std::make_unique<ApiTransport>(host_, config_, intake_);
}

Status Gmail::drain(const Call&) {
  transport_->stop();
  return Done{};
}

Result<channel::SendReply> Gmail::send(const Call& call, const channel::SendRequest& request) {
  auto text = to_text(request);
  if (text.empty()) return Error{ErrorClass::permanent, "gmail: there is nothing to send"};
  return send_mail(call, request, std::move(text), nullptr);
}

Result<channel::SendReply> Gmail::send_media(const Call& call, const channel::SendRequest& request,
                                             std::string_view file) {
  if (!request.media || !request.media->url.empty()) return send(call, request);
  if (static_cast<std::int64_t>(file.size()) > kMaxFile)
    return Error{ErrorClass::permanent, "gmail: the file is larger than a mail may be"};
  auto text = to_text(request);
  if (text.empty()) text = request.media->caption;
  return send_mail(call, request, std::move(text), &file);
}

Result<channel::SendReply> Gmail::send_mail(const Call& call, const channel::SendRequest& request,
                                            std::string text, const std::string_view* file) {
  const auto guest = lower(request.recipient);
  const auto thread = intake_.threads().find(guest, request.thread_id);
  Outgoing mail{.from = {config_.display_name, config_.mailbox},
                .to = thread && !thread->answer_to.empty() ? thread->answer_to : guest,
                .subject = subject_of(thread, request, config_),
                .text = std::move(text),
                .message_id = message_id_for(request.reference, config_.mailbox),
                .date_ms = host_.now_ms()};
  if (thread && !thread->message_id.empty()) {
    mail.in_reply_to = thread->message_id;
    mail.references = thread->references;
    mail.references.push_back(thread->message_id);
  }
  if (file != nullptr) {
    mail.media = *request.media;
    mail.file = *file;
    mail.has_file = true;
  }
  const auto composed = compose(mail);
  if (!composed) return composed.error();

  const channel::SendReply reply{.message_ids = {mail.message_id}};
  if (call.attempt() > 1) {
    const auto found = transport_->was_sent(call, mail.message_id);
    if (!found) return found.error();
    if (*found) return reply;
  }
  const bool is_threaded = thread && !mail.in_reply_to.empty();
  const auto sent =
      transport_->send(call, mail.to, *composed, is_threaded ? thread->thread_id : std::string());
  if (!sent) return sent.error();
  return reply;
}

Result<Channel::FetchedMedia> Gmail::fetch_media(const Call& call,
                                                 const channel::FetchMediaRequest& request) {
  const auto place = read_reference(request.media.reference);
  if (!place) return place.error();
  const auto mail =
      transport_->fetch(call, place->fetch_key, static_cast<std::size_t>(config_.max_mail_bytes));
  if (!mail) return mail.error();
  auto part = read_part(mail->bytes, place->part);
  if (!part) return part.error();
  if (static_cast<std::int64_t>(part->bytes.size()) > request.max_bytes)
    return Error{ErrorClass::permanent, "gmail: the attachment is over max_bytes"};
  return FetchedMedia{.head = {.mime_type = part->mime_type}, .bytes = std::move(part->bytes)};
}

Result<channel::ListSinceReply> Gmail::list_since(const Call& call,
                                                  const channel::ListSinceRequest& request) {
  const auto days =
      std::clamp<std::int64_t>((host_.now_ms() - request.since_ms) / kDayMs + 1, 1, 365);
  const auto limit = std::clamp<std::int64_t>(request.limit, 1, kMostListed);
  auto page = transport_->list(call, days, request.cursor, static_cast<std::size_t>(limit));
  if (!page) return page.error();
  auto events = intake_.read(page->mails);
  return channel::ListSinceReply{.messages = std::move(events.messages),
                                 .statuses = std::move(events.statuses),
                                 .next_cursor = std::move(page->next_cursor)};
}

Result<channel::DeliveryStatusReply> Gmail::delivery_status(
    const Call& call, const channel::DeliveryStatusRequest& request) {
  const auto id = request.message_id.empty() ? message_id_for(request.reference, config_.mailbox)
                                             : request.message_id;
  const auto found = transport_->was_sent(call, id);
  if (!found) return found.error();
  if (!*found) return channel::DeliveryStatusReply{};
  return channel::DeliveryStatusReply{
      .found = true,
      .status = channel::DeliveryStatus{.message_id = id,
                                        .status = "sent",
                                        .recipient_id = request.recipient,
                                        .reference = reference_of(id).value_or(request.reference),
                                        .timestamp_ms = host_.now_ms()}};
}

channel::Capabilities Gmail::capabilities() const {
  return {.max_buttons = 9,
          .max_list = 9,
          .audio = true,
          .media = true,
          .location = true,
          .max_media_bytes = kMaxFile};
}

}  // namespace conserje::gmail
