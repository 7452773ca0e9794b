#include "ingress/webhook_route.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "guard/crash_point.hpp"
#include "ops/metric_names.hpp"

namespace conserje {
namespace {

constexpr Millis kAnswering{2'000};  // For a plugin to put into words what is said.

/// What the plugin needs of a request, on its own: a request's views end with its answer.
std::string request_head(const InboundRequest& request, const std::string& public_url) {
  std::string head;
  head.reserve(256);
  JsonWriter out(head);
  write(out, channel::WebhookRequest{
                 .method = std::string(request.method),
                 .path = std::string(request.path),
                 .query = std::string(request.query),
                 .public_url =
                     public_url.empty() ? std::string() : public_url + std::string(request.target),
                 .received_at_ms = request.received_at.time_since_epoch().count()});
  return head;
}

Response refusal_for(const Error& error) {
  switch (error.error_class) {
    case ErrorClass::auth: return problem(401, "the signature does not verify");
    case ErrorClass::permanent: return problem(400, "the body is not what this webhook takes");
    case ErrorClass::retry:
    case ErrorClass::cancelled:
    case ErrorClass::deadline: return problem(503, "busy; please repeat the request");
    case ErrorClass::config:
    case ErrorClass::bug:
      return problem(500, "this webhook is not working; the operator is told in the log");
  }
  return problem(500, "this webhook is not working");
}

/// One channel's webhook. Shared by the requests under way.
class Webhook : public std::enable_shared_from_this<Webhook> {
 public:
  Webhook(std::shared_ptr<Plugin> channel, const WebhookParts& parts)
      : channel_(std::move(channel)), parts_(parts) {}

  void handle(const InboundRequest& request, Responder responder) {
    const std::string head = request_head(request, parts_.public_url);
    if (channel_->is_inline(channel::method::handle_webhook)) {
      const std::array attachments = {request.body, request.header_block};
      const auto reply = channel_->invoke_inline(
          {.tenant = parts_.tenant}, channel::method::handle_webhook, head, attachments);
      if (!reply.ok())
        return refuse_plugins(reply.error(), parts_.failures.source(request), std::move(responder));
      return store(reader_.read(reply.head()), request.correlation_id, request.received_at,
                   std::move(responder));
    }
    handle_on_pool(request, head, std::move(responder));
  }

 private:
  void handle_on_pool(const InboundRequest& request, const std::string& head, Responder responder) {
    auto waiting = std::make_shared<Responder>(std::move(responder));
    auto work = [self = shared_from_this(), head, body = std::string(request.body),
                 headers = std::string(request.header_block),
                 id = std::string(request.correlation_id), at = request.received_at,
                 source = parts_.failures.source(request), waiting] {
      const std::array<std::string_view, 2> attachments = {body, headers};
      const auto reply = self->channel_->call({.tenant = self->parts_.tenant},
                                              channel::method::handle_webhook, head, attachments);
      if (!reply) return self->refuse_plugins(reply.error(), source, std::move(*waiting));
      self->store(read_events(reply->head), id, at, std::move(*waiting));
    };
    if (!parts_.run_on_pool(std::move(work)))
      refuse({ErrorClass::retry, "the worker pool is full"}, std::move(*waiting));
  }

  void store(Result<IncomingEvents> events, std::string_view correlation_id, WallTime at,
             Responder responder) {
    if (!events) {
      parts_.metrics.counter(metric::kNormalizationErrors, {channel_->name()}).add();
      return refuse(channel_->bad_head(events.error()), std::move(responder));
    }
    auto question = question_of(*events, correlation_id, at);
    const auto answer_by = question ? std::optional(at + time_for(*events)) : std::nullopt;
    Response answer = response_of(std::move(events->answer));
    crash_point("ingress.before_store");
    auto waiting = std::make_shared<Responder>(std::move(responder));
    parts_.intake.accept(channel_->name(), *std::move(events), correlation_id, at, answer_by,
                         [self = shared_from_this(), answer = std::move(answer),
                          question = std::move(question), waiting](Result<std::int64_t> stored) {
                           crash_point("ingress.after_store");
                           if (!stored) return self->refuse(stored.error(), std::move(*waiting));
                           if (!question) return std::move(*waiting).answer(answer);
                           self->ask(*question, answer, waiting);
                         });
  }

  /// The question of a delivery that has one and messages to answer it; null also when too many
  /// wait: then nobody's reply is held back for it.
  std::shared_ptr<Question> question_of(const IncomingEvents& events,
                                        std::string_view correlation_id, WallTime at) const {
    if (!events.question || events.messages.empty() || !parts_.questions.has_room()) return {};
    const auto left = at + time_for(events) - parts_.clock.now();
    auto question =
        std::make_shared<Question>(Question{.channel = channel_->name(),
                                            .context = events.question->context,
                                            .deadline = parts_.clock.monotonic() + left,
                                            .evidence = "http:" + std::string(correlation_id)});
    for (const auto& message : events.messages)
      question->messages.push_back({message.id, message.sender_id, message.language});
    return question;
  }

  static Millis time_for(const IncomingEvents& events) {
    return std::clamp(Millis(events.question->deadline_ms), Millis(0), kLongestQuestion);
  }

  void ask(Question question, const Response& otherwise,
           const std::shared_ptr<Responder>& responder) {
    question.otherwise = otherwise;
    question.put_into_words = [self = shared_from_this()](const channel::AnswerRequest& request) {
      return self->channel_->call_as<channel::HttpAnswer>(
          {.deadline = self->parts_.clock.monotonic() + kAnswering, .tenant = self->parts_.tenant},
          channel::method::answer, request);
    };
    question.reply = [responder](Response answer) {
      std::move(*responder).answer(std::move(answer));
    };
    parts_.questions.ask(std::move(question));
  }

  /// Refuses what the plugin did not take from `source`.
  void refuse_plugins(const Error& error, const std::string& source, Responder responder) {
    const bool unverified = error.error_class == ErrorClass::auth;
    const auto wait = unverified ? parts_.failures.count(source) : std::nullopt;
    if (!wait) return refuse(error, std::move(responder));
    parts_.metrics.counter(metric::kWebhooksRejected, {channel_->name(), "rate"}).add();
    std::move(responder).answer(too_many_failures(*wait));
  }

  void refuse(const Error& error, Responder responder) {
    parts_.metrics
        .counter(metric::kWebhooksRejected, {channel_->name(), to_string(error.error_class)})
        .add();
    if (error.error_class != ErrorClass::auth)
      parts_.log.warn("webhook refused", {{"channel", channel_->name()},
                                          {"class", to_string(error.error_class)},
                                          {"error", error.message}});
    std::move(responder).answer(refusal_for(error));
  }

  const std::shared_ptr<Plugin> channel_;
  const WebhookParts parts_;
  EventReader reader_{};  // Of the inline calls, on the I/O thread.
};

}  // namespace

Route webhook_route(std::shared_ptr<Plugin> channel, const WebhookParts& parts) {
  const auto running = channel->running();
  Route route{.methods = "GET POST", .path = "/webhooks/" + channel->name()};
  route.body_limit =
      running == nullptr ? Manifest::kDefaultBodyLimit : running->manifest().body_limit;
  const auto webhook = std::make_shared<Webhook>(std::move(channel), parts);
  route.handler = [webhook](const InboundRequest& request, Responder responder) {
    webhook->handle(request, std::move(responder));
  };
  return route;
}

}  // namespace conserje
