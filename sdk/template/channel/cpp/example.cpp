#include "example.hpp"

#include <vector>

namespace example {

void read(const conserje::Json& json, Config& config) {
  conserje::expect_object(json, "config");
  conserje::read_member(json, "url", config.url);
  conserje::read_member(json, "token", config.token);
}

namespace {

/// Example's answer to a message: {"id"}.
struct Sent {
  std::string id{};
};
void read(const conserje::Json& json, Sent& sent) {
  conserje::expect_object(json, "answer");
  conserje::read_member(json, "id", sent.id);
}

/// What Example posts: {"messages": [{"id", "from", "text", "at_ms"}]}.
struct Message {
  std::string id{};
  std::string from{};
  std::string text{};
  std::int64_t at_ms = 0;
};
void read(const conserje::Json& json, Message& message) {
  conserje::expect_object(json, "message");
  conserje::read_member(json, "id", message.id);
  conserje::read_member(json, "from", message.from);
  conserje::read_member(json, "text", message.text);
  conserje::read_optional_member(json, "at_ms", message.at_ms);
}
struct Notification {
  std::vector<Message> messages{};
};
void read(const conserje::Json& json, Notification& notification) {
  conserje::expect_object(json, "notification");
  conserje::read_member(json, "messages", notification.messages);
}

using conserje::Call;
using conserje::Error;
using conserje::ErrorClass;
using conserje::Host;
using conserje::HttpResponse;
using conserje::Json;
using conserje::Result;
using conserje::channel::SendReply;
using conserje::channel::SendRequest;
using conserje::channel::WebhookEvents;

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// What Example's answer is worth: the host acts on the class alone.
Result<HttpResponse> judged(Result<HttpResponse> response) {
  if (!response) return response;
  const auto status = response->status;
  const auto text = "Example answered HTTP " + std::to_string(status);
  if (status >= 200 && status <= 299) return response;
  if (status == 401 || status == 403) return Error{ErrorClass::auth, text};
  if (status == 429 || status >= 500 || status < 200) return Error{ErrorClass::retry, text};
  return Error{ErrorClass::permanent, text};
}

}  // namespace

Result<std::unique_ptr<Example>> Example::create(Host host, const Json& json) {
  auto config = conserje::decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Example>(new Example(host, *std::move(config)));
}

Result<HttpResponse> Example::ask(const Call& call, const std::string& path,
                                  std::string_view body) const {
  const auto token = host_.secret(config_.token);
  if (!token) return token.error();
  return judged(host_.http(
      call,
      {.method = "POST",
       .url = config_.url + path,
       .headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + *token}}},
      body));
}

Result<SendReply> Example::send(const Call& call, const SendRequest& request) {
  std::string body;
  conserje::JsonWriter out(body);
  out.begin_object();
  out.member("to", request.recipient);
  out.member("key", request.reference);  // The same at each attempt: Example drops the second one.
  out.member("text", request.text);
  out.end_object();
  const auto response = ask(call, "/messages", body);
  if (!response) return response.error();
  const auto sent = conserje::decode<Sent>(response->body);
  if (!sent) return Error{ErrorClass::deadline, "Example gave no id: it may have been sent"};
  return SendReply{.message_ids = {sent->id}};
}

Result<WebhookEvents> Example::handle_webhook(const Call&,
                                              const conserje::WebhookDelivery& delivery) const {
  const auto token = host_.secret(config_.token);
  if (!token) return token.error();
  const auto expected = host_.hmac(conserje::Digest::sha256, *token, delivery.body);
  if (!expected) return expected.error();
  const auto given = delivery.header("x-example-signature");
  if (!given || !host_.equal(hex(*expected), *given))
    return Error{ErrorClass::auth, "the signature does not verify"};

  const auto notification = conserje::decode<Notification>(delivery.body);
  if (!notification) return Error{ErrorClass::permanent, "the body is not Example's"};
  WebhookEvents events;
  for (const auto& message : notification->messages)
    events.messages.push_back({.id = message.id,
                               .sender_id = message.from,
                               .type = "text",
                               .text = message.text,
                               .timestamp_ms = message.at_ms});
  return events;
}

}  // namespace example
