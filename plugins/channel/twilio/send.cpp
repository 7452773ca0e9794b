#include "send.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "address.hpp"
#include "conserje/text.hpp"
#include "inbound.hpp"

namespace conserje::twilio {
namespace {

using channel::Choice;
using channel::SendRequest;
using text::cut;
using text::length;
using text::split;

constexpr std::size_t kMaxContentBody = 1024;
constexpr std::size_t kMaxButtonTitle = 20;
constexpr std::size_t kMaxRowTitle = 24;
constexpr std::size_t kMaxRowDescription = 72;
constexpr std::size_t kMaxChoiceId = 200;
constexpr std::string_view kContentPrefix = "HX";
constexpr std::size_t kContentSidSize = 34;
constexpr std::string_view kNothing = "-";  // A variable of a content must not be empty.

/// A decimal number as a URL takes it: no exponent, no trailing zeros.
std::string decimal(double value) {
  auto text = std::to_string(value);  // Six places: a tenth of a metre.
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string point_of(const channel::Location& place) {
  return decimal(place.latitude) + "," + decimal(place.longitude);
}

/// Writes messages for one request; what they have in common stands here.
class Composer {
 public:
  Composer(const SendRequest& request, const Config& config) : request_(request), config_(config) {}

  void add_text(std::string_view text) {
    for (const auto part : split(text, kMaxText)) add({{"Body", std::string(part)}});
  }

  void add_location(const channel::Location& place) {
    auto name = place.name.empty() ? place.address : place.name;
    if (!config_.is_whatsapp()) return add_text(as_text(place));
    std::string action = "geo:" + point_of(place);
    std::ranges::replace(name, '|', ' ');
    if (!name.empty()) action += "|" + name;
    add({{"Body", name.empty() ? point_of(place) : cut(name, kMaxText)},
         {"PersistentAction", action}});
  }

  /// The file with as much of the text as goes under it; what is left of the text.
  std::string_view add_media(const channel::Media& media, std::string_view text) {
    const bool carries_text = media.kind != "audio" && media.kind != "voice";
    const auto caption = text::trimmed(text.empty() ? std::string_view(media.caption) : text);
    const bool fits = carries_text && length(caption) <= kMaxText;
    url::Fields fields = {{"MediaUrl", media.url}};
    if (fits && !caption.empty()) fields.emplace_back("Body", caption);
    add(std::move(fields));
    return fits ? std::string_view() : caption;
  }

  void add_content(const std::string& sid, const std::vector<std::string>& variables) {
    url::Fields fields = {{"ContentSid", sid}};
    if (!variables.empty()) fields.emplace_back("ContentVariables", numbered(variables));
    add(std::move(fields));
  }

  /// The forms, each with the callback of its place among them: so that even a message whose answer
  /// was lost is known by its status.
  std::vector<url::Fields> take() {
    for (std::size_t part = 0; part < forms_.size(); ++part) {
      if (!config_.webhook_url.empty())
        forms_[part].emplace_back("StatusCallback", status_callback(part));
      forms_[part].emplace_back("ValidityPeriod", std::to_string(config_.validity_s));
    }
    return std::move(forms_);
  }

 private:
  static std::string as_text(const channel::Location& place) {
    std::string text;
    for (const auto& line : {place.name, place.address})
      if (!line.empty()) text += line + "\n";
    return text + (place.url.empty() ? "https://maps.google.com/?q=" + point_of(place) : place.url);
  }

  /// {"1":"Lucía","2":"21:30"}
  static std::string numbered(const std::vector<std::string>& variables) {
    std::string json;
    JsonWriter out(json);
    out.begin_object();
    for (std::size_t i = 0; i < variables.size(); ++i)
      out.member(std::to_string(i + 1),
                 text::trimmed(variables[i]).empty() ? kNothing : std::string_view(variables[i]));
    out.end_object();
    return json;
  }

  void add(url::Fields content) {
    const auto channel = channel_of(config_.sender);
    auto& form = forms_.emplace_back();
    form.emplace_back("To", with_channel(channel, request_.recipient));
    if (!config_.messaging_service_sid.empty())
      form.emplace_back("MessagingServiceSid", config_.messaging_service_sid);
    if (!request_.account.empty())
      form.emplace_back("From", with_channel(channel, request_.account));
    else if (config_.messaging_service_sid.empty())
      form.emplace_back("From", config_.sender);
    std::ranges::move(content, std::back_inserter(form));
  }

  std::string status_callback(std::size_t part) const {
    const auto reference = callback_reference(request_.reference, part, forms_.size());
    if (reference.empty()) return config_.webhook_url;
    return config_.webhook_url + "?" + std::string(kReferenceParameter) + "=" + reference;
  }

  const SendRequest& request_;
  const Config& config_;
  std::vector<url::Fields> forms_{};
};

// ---- Choices.

bool is_list(const SendRequest& request) { return !request.list_title.empty(); }

std::size_t title_limit(const SendRequest& request) {
  return is_list(request) ? kMaxRowTitle : kMaxButtonTitle;
}

/// WhatsApp takes them: ids as they are, since they come back; titles once cut, distinct.
bool fit(const SendRequest& request) {
  std::set<std::string> titles;
  std::set<std::string_view> ids;
  for (const auto& choice : request.buttons) {
    if (choice.id.empty() || length(choice.id) > kMaxChoiceId || choice.title.empty()) return false;
    titles.insert(cut(choice.title, title_limit(request)));
    ids.insert(choice.id);
  }
  const auto count = request.buttons.size();
  return count <= (is_list(request) ? kMaxRows : kMaxButtons) && titles.size() == count &&
         ids.size() == count;
}

bool has_place_for(const ChoiceContent& content, const SendRequest& request) {
  if (content.kind != (is_list(request) ? "list" : "buttons")) return false;
  if (static_cast<std::size_t>(content.options) != request.buttons.size()) return false;
  return content.titles.empty() ||
         std::ranges::equal(content.titles, request.buttons, {}, {}, &Choice::title);
}

const ChoiceContent* content_for(const SendRequest& request, const Config& config) {
  if (!config.is_whatsapp() || request.buttons.empty() || !fit(request)) return nullptr;
  const auto found = std::ranges::find_if(
      config.choices, [&](const auto& content) { return has_place_for(content, request); });
  return found == config.choices.end() ? nullptr : &*found;
}

/// {{1}} the text; then for each choice its title, unless the content has it, its id and, in a
/// list, its description.
std::vector<std::string> variables_of(const ChoiceContent& content, const SendRequest& request,
                                      std::string_view body) {
  std::vector<std::string> variables = {std::string(body)};
  for (const auto& choice : request.buttons) {
    if (content.titles.empty()) variables.push_back(cut(choice.title, title_limit(request)));
    variables.push_back(choice.id);
    if (is_list(request) && content.titles.empty())
      variables.push_back(cut(choice.description, kMaxRowDescription));
  }
  return variables;
}

/// The choices under the end of `text`; what is before goes ahead as text.
void add_choices(const ChoiceContent& content, const SendRequest& request, std::string_view text,
                 Composer& composer) {
  const auto body = split(text, kMaxContentBody).back();
  composer.add_text(text.substr(0, static_cast<std::size_t>(body.data() - text.data())));
  composer.add_content(content.content_sid, variables_of(content, request, body));
}

// ---- Templates.

/// The sid of a template: its name is one, or the settings have it by name and language.
const std::string* sid_of(const channel::Template& wanted, const Config& config) {
  if (wanted.name.size() == kContentSidSize && wanted.name.starts_with(kContentPrefix))
    return &wanted.name;
  const auto found = std::ranges::find_if(config.templates, [&](const auto& content) {
    return content.name == wanted.name && (content.language == wanted.language ||
                                           content.language.empty() || wanted.language.empty());
  });
  return found == config.templates.end() ? nullptr : &found->content_sid;
}

/// A parameter of an approved template has no line break, no tab and no run of blanks.
std::string in_one_line(std::string_view text) {
  std::string out;
  for (const char c : text::trimmed(text)) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank)
      out += c;
    else if (!out.ends_with(' '))
      out += ' ';
  }
  return out;
}

Status add_template(const channel::Template& wanted, const Config& config, Composer& composer) {
  const auto* const sid = sid_of(wanted, config);
  if (sid == nullptr)
    return Error{ErrorClass::config, "twilio: no template \"" + wanted.name + "\" in language \"" +
                                         wanted.language +
                                         "\"; add it under templates with its content_sid"};
  std::vector<std::string> variables;
  for (const auto& parameter : wanted.parameters) variables.push_back(in_one_line(parameter));
  std::ranges::copy(wanted.button_payloads, std::back_inserter(variables));
  composer.add_content(*sid, variables);
  return Done{};
}

// ---- The whole request.

bool is_recipient(std::string_view address, const Config& config) {
  const auto channel = channel_of(address);
  if (!channel.empty() && channel != channel_of(config.sender)) return false;
  const auto bare = without_channel(address);
  return is_e164(bare) || (config.is_whatsapp() && is_user_id(bare));
}

/// A number or a short code, of this entry's channel.
bool is_sender(std::string_view account, const Config& config) {
  const auto channel = channel_of(account);
  const auto bare = without_channel(account);
  return (channel.empty() || channel == channel_of(config.sender)) &&
         (is_e164(bare) || is_digits(bare));
}

Status check(const SendRequest& request, const Config& config) {
  if (!is_recipient(request.recipient, config))
    return Error{ErrorClass::permanent,
                 "twilio: the recipient is no address of this channel that can be answered"};
  if (!request.account.empty() && !is_sender(request.account, config))
    return Error{ErrorClass::config, "twilio: the account is not a number of this channel"};
  if (request.media && request.media->url.empty())
    return Error{ErrorClass::permanent,
                 "twilio: Twilio fetches the files that it sends; this one has no URL"};
  return Done{};
}

/// Location, file, text and choices.
void add_content(const SendRequest& request, const Config& config, Composer& composer) {
  std::string_view text = request.text;
  std::string with_link;
  if (request.location) composer.add_location(*request.location);
  if (request.media && (config.is_whatsapp() || config.mms)) {
    // Choices hang on the text, so it stays whole.
    const auto rest =
        composer.add_media(*request.media, request.buttons.empty() ? text : std::string_view());
    if (request.buttons.empty()) text = rest;
  } else if (request.media) {
    with_link = request.text.empty() ? request.media->caption : request.text;
    with_link += (with_link.empty() ? "" : "\n") + request.media->url;
    text = with_link;
  }
  const auto* const content = content_for(request, config);
  if (request.buttons.empty())
    composer.add_text(text);
  else if (content != nullptr && !text::trimmed(text).empty())
    add_choices(*content, request, text, composer);
  else
    composer.add_text(text::numbered(text, request.buttons));
}

}  // namespace

Result<std::vector<url::Fields>> to_forms(const SendRequest& request, const Config& config) {
  if (const auto fine = check(request, config); !fine) return fine.error();
  Composer composer(request, config);
  if (request.template_) {
    if (const auto done = add_template(*request.template_, config, composer); !done)
      return done.error();
  } else {
    add_content(request, config, composer);
  }
  auto forms = composer.take();
  if (forms.empty()) return Error{ErrorClass::permanent, "twilio: there is nothing to send"};
  if (forms.size() > kMaxParts)
    return Error{ErrorClass::permanent,
                 "twilio: the text takes more than " + std::to_string(kMaxParts) + " messages"};
  return forms;
}

Result<std::string> read_accepted(const HttpResponse& response, const Occasion& occasion) {
  if (response.status < 200 || response.status > 299) return to_error(response, occasion);
  const auto message = decode<Message>(response.body);
  if (!message || message->sid.empty())
    return Error{ErrorClass::deadline, "twilio: accepted without a message id"};
  if (!message->error_code.empty()) return to_error(message->error_code, occasion);
  return message->sid;
}

channel::DeliveryStatusReply status_of(const Message& message) {
  channel::DeliveryStatusReply reply{.found = true, .status = to_status(message)};
  return reply;
}

std::vector<const Message*> find_parts(const channel::DeliveryStatusRequest& request,
                                       const std::vector<Message>& listed) {
  constexpr std::int64_t kSecond = 1000;  // The list does not know parts of it.
  const auto since = request.since_ms / kSecond * kSecond;
  auto parts = split(request.text, kMaxText);
  if (parts.empty()) parts.emplace_back();  // A template, a file: any message in question is it.
  std::vector<const Message*> sent;
  for (auto message = listed.rbegin(); message != listed.rend() && sent.size() < parts.size();
       ++message) {
    const auto part = parts[sent.size()];  // They went in order, and two may have the same words.
    const auto body = text::trimmed(message->body);
    const bool is_it = part.empty() || body == part ||
                       (body.starts_with(part) && body[part.size()] == '\n');  // Choices follow.
    if (!message->is_inbound() && message->created_ms >= since && is_it) sent.push_back(&*message);
  }
  sent.resize(parts.size());
  return sent;
}

channel::DeliveryStatusReply find_sent(const channel::DeliveryStatusRequest& request,
                                       const std::vector<Message>& listed) {
  const auto parts = find_parts(request, listed);
  if (std::ranges::find(parts, nullptr) != parts.end()) return {};
  auto reply = status_of(*parts.back());
  if (reply.status) reply.status->reference = request.reference;
  return reply;
}

channel::ChannelHealth read_health(const HttpResponse& account, const HttpResponse* senders,
                                   const Config& config) {
  const auto decoded = decode<Account>(account.body);
  if (account.status != 200 || !decoded) {
    const auto error = to_error(account, {});
    return {.state = error.error_class == ErrorClass::retry ? "degraded" : "down",
            .detail = error.message};
  }
  if (decoded->status != "active")
    return {.state = "down", .detail = "twilio: the account is " + cut(decoded->status, 40)};
  if (senders == nullptr) return {.state = "ok"};

  const auto list = decode<SenderList>(senders->body);
  if (senders->status != 200 || !list)
    return {.state = "degraded",
            .detail = "twilio: how the WhatsApp sender is cannot be read, HTTP " +
                      std::to_string(senders->status)};
  const auto found = std::ranges::find(list->senders, config.sender, &Sender::sender_id);
  if (found == list->senders.end())
    return {.state = "degraded", .detail = "twilio: the WhatsApp sender is not in the list"};
  if (!found->status.starts_with("ONLINE"))
    return {.state = "down", .detail = "twilio: the WhatsApp sender is " + cut(found->status, 40)};
  return {.state = "ok"};
}

}  // namespace conserje::twilio
