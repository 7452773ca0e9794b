// A channel that does as a webhook tells it.
#include <memory>
#include <string>

#include "conserje/channel.hpp"
#include "conserje/export.hpp"

namespace conserje {
namespace {

/// The body tells it what to do: a class of errors to give, "lie", "show" (its request), or the id
/// of the message that has come.
class ToldChannel final : public Channel {
 public:
  static Result<std::unique_ptr<ToldChannel>> create(Host, const Json&) {
    return std::make_unique<ToldChannel>();
  }
  Result<channel::SendReply> send(const Call&, const channel::SendRequest&) override {
    return Error{ErrorClass::permanent, "not here"};
  }
  channel::Capabilities capabilities() const override { return {}; }
  Result<channel::WebhookEvents> handle_webhook(const Call&,
                                                const WebhookDelivery& told) const override {
    for (const auto error : {ErrorClass::auth, ErrorClass::permanent, ErrorClass::retry,
                             ErrorClass::config, ErrorClass::bug})
      if (told.body == to_string(error)) return Error{error, "as told"};
    if (told.body == "lie") return channel::WebhookEvents{.messages = {{.id = ""}}};
    if (told.body == "show") return show(told);
    return channel::WebhookEvents{
        .answer = channel::HttpAnswer{.status = 202, .content_type = "text/plain", .body = "taken"},
        .messages = {{.id = std::string(told.body),
                      .account = "1055",
                      .sender_id = "+34600",
                      .type = "text"}}};
  }

 private:
  static channel::WebhookEvents show(const WebhookDelivery& told) {
    const auto& request = told.request;
    return {.answer = channel::HttpAnswer{
                .body = request.method + " " + request.path + " " + request.query + " " +
                        request.public_url + " " + std::to_string(request.received_at_ms) + " " +
                        std::string(told.header("x-signature").value_or("none"))}};
  }
};

}  // namespace
}  // namespace conserje

CONSERJE_EXPORT_PLUGIN(conserje::ToldChannel)
