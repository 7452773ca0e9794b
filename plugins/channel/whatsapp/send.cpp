#include "send.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "address.hpp"
#include "conserje/text.hpp"
#include "errors.hpp"
#include "payload.hpp"

namespace conserje::whatsapp {
namespace {

using channel::Choice;
using channel::SendRequest;
using text::cut;
using text::length;
using text::split;

constexpr std::size_t kMaxButtonBody = 1024;
constexpr std::size_t kMaxButtonId = 256;
constexpr std::size_t kMaxButtonTitle = 20;  // Also of the button that opens a list.
constexpr std::size_t kMaxRowId = 200;
constexpr std::size_t kMaxRowTitle = 24;
constexpr std::size_t kMaxRowDescription = 72;

/// Writes messages for one request; what they have in common stands here.
class Composer {
 public:
  explicit Composer(const SendRequest& request) : request_(request) {}

  void add_location(const channel::Location& place) {
    add("location", [&](JsonWriter& out) {
      out.member("latitude", place.latitude);
      out.member("longitude", place.longitude);
      out.optional_member("name", place.name);
      out.optional_member("address", place.address);
    });
  }

  void add_text(std::string_view text) {
    for (const auto part : split(text, kMaxText))
      add("text", [&](JsonWriter& out) {
        out.member("body", part);
        out.member("preview_url", false);
      });
  }

  void add_buttons(std::string_view text) {
    add_interactive("button", text, kMaxButtonBody, [&](JsonWriter& out) {
      out.key("buttons");
      out.begin_array();
      for (const auto& button : request_.buttons) {
        out.begin_object();
        out.member("type", "reply");
        out.key("reply");
        out.begin_object();
        out.member("id", button.id);
        out.member("title", cut(button.title, kMaxButtonTitle));
        out.end_object();
        out.end_object();
      }
      out.end_array();
    });
  }

  void add_list(std::string_view text) {
    add_interactive("list", text, kMaxText, [&](JsonWriter& out) {
      out.member("button", cut(request_.list_title, kMaxButtonTitle));
      out.key("sections");
      out.begin_array();
      out.begin_object();
      out.key("rows");
      out.begin_array();
      for (const auto& row : request_.buttons) {
        out.begin_object();
        out.member("id", row.id);
        out.member("title", cut(row.title, kMaxRowTitle));
        out.optional_member("description", cut(row.description, kMaxRowDescription));
        out.end_object();
      }
      out.end_array();
      out.end_object();
      out.end_array();
    });
  }

  std::vector<std::string> take() { return std::move(messages_); }

 private:
  /// Buttons or a list under the end of `text`; what is before goes ahead as text.
  template <class F>
  void add_interactive(std::string_view kind, std::string_view text, std::size_t limit,
                       F&& write_action) {
    const auto body = split(text, limit).back();
    add_text(text.substr(0, static_cast<std::size_t>(body.data() - text.data())));
    add("interactive", [&](JsonWriter& out) {
      out.member("type", kind);
      out.key("body");
      out.begin_object();
      out.member("text", body);
      out.end_object();
      out.key("action");
      out.begin_object();
      write_action(out);
      out.end_object();
    });
  }

  template <class F>
  void add(std::string_view type, F&& write_content) {
    JsonWriter out(messages_.emplace_back());
    out.begin_object();
    out.member("messaging_product", "whatsapp");
    out.member("recipient_type", "individual");
    if (is_user_id(request_.recipient))
      out.member("recipient", request_.recipient);
    else
      out.member("to", request_.recipient.substr(request_.recipient.find_first_not_of('+')));
    if (messages_.size() == 1 && !request_.reply_to.empty()) {
      out.key("context");
      out.begin_object();
      out.member("message_id", request_.reply_to);
      out.end_object();
    }
    out.member("type", type);
    out.key(type);
    out.begin_object();
    std::forward<F>(write_content)(out);
    out.end_object();
    out.optional_member("biz_opaque_callback_data", request_.reference);
    out.end_object();
  }

  const SendRequest& request_;
  std::vector<std::string> messages_{};
};

/// Meta takes them: ids as they are, since they come back; titles once cut, distinct and not empty.
bool fit(const std::vector<Choice>& choices, std::size_t most, std::size_t id_limit,
         std::size_t title_limit) {
  std::set<std::string> titles;
  std::set<std::string_view> ids;
  for (const auto& choice : choices) {
    if (choice.id.empty() || length(choice.id) > id_limit || choice.title.empty()) return false;
    titles.insert(cut(choice.title, title_limit));
    ids.insert(choice.id);
  }
  return choices.size() <= most && titles.size() == choices.size() && ids.size() == choices.size();
}

bool is_recipient(std::string_view address) {
  if (is_user_id(address)) return true;
  if (address.starts_with('+')) address.remove_prefix(1);
  return is_digits(address);
}

std::string detail_of(Value health) {
  std::string detail;
  for (const Value entity : health["health_status"]["entities"])
    for (const Value error : entity["errors"]) {
      if (!detail.empty()) detail += "; ";
      detail.append(entity["entity_type"].view()).append(": ");
      detail += error["error_description"].view();
    }
  return cut(detail, 500);
}

}  // namespace

Result<std::vector<std::string>> to_messages(const SendRequest& request) {
  if (!is_recipient(request.recipient))
    return Error{ErrorClass::permanent,
                 "whatsapp: the recipient is neither a number nor a user id"};

  Composer composer(request);
  if (request.location) composer.add_location(*request.location);
  const bool has_body = !split(request.text, kMaxText).empty();
  if (request.buttons.empty())
    composer.add_text(request.text);
  else if (has_body && request.list_title.empty() &&
           fit(request.buttons, kMaxButtons, kMaxButtonId, kMaxButtonTitle))
    composer.add_buttons(request.text);
  else if (has_body && !request.list_title.empty() &&
           fit(request.buttons, kMaxRows, kMaxRowId, kMaxRowTitle))
    composer.add_list(request.text);
  else
    composer.add_text(text::numbered(request.text, request.buttons));

  auto messages = composer.take();
  if (messages.empty()) return Error{ErrorClass::permanent, "whatsapp: there is nothing to send"};
  if (messages.size() > kMaxParts)
    return Error{ErrorClass::permanent,
                 "whatsapp: the text takes more than " + std::to_string(kMaxParts) + " messages"};
  return messages;
}

Result<Accepted> read_accepted(const HttpResponse& response, std::uint32_t attempt) {
  Document document;
  const auto root = document.parse(response.body);
  const Value answer = root ? *root : Value();
  if (response.status < 200 || response.status > 299 || answer["error"])
    return to_error(response, answer["error"], attempt);
  Accepted accepted{.message_id = std::string(answer["messages"].first()["id"].view()),
                    .address = to_e164(answer["contacts"].first()["wa_id"].view())};
  if (accepted.message_id.empty())
    return Error{ErrorClass::deadline, "whatsapp: accepted without a message id"};
  return accepted;
}

channel::ChannelHealth read_health(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  const Value answer = root ? *root : Value();
  if (response.status != 200 || answer["error"]) {
    const auto error = to_error(response, answer["error"], 1);
    return {.state = error.error_class == ErrorClass::retry ? "degraded" : "down",
            .detail = error.message};
  }
  const auto can_send = answer["health_status"]["can_send_message"].view();
  if (can_send == "BLOCKED") return {.state = "down", .detail = detail_of(answer)};
  if (can_send == "LIMITED") return {.state = "degraded", .detail = detail_of(answer)};
  if (answer["quality_rating"].view() == "RED")
    return {.state = "degraded", .detail = "the quality of the number is rated RED"};
  return {.state = "ok"};
}

}  // namespace conserje::whatsapp
