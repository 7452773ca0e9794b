#include "send.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "address.hpp"
#include "conserje/text.hpp"
#include "ledger.hpp"

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
constexpr std::size_t kMaxFileName = 240;
constexpr std::size_t kMaxPayload = 256;
constexpr std::size_t kMaxParameter = 1024;  // The body with all of them is not longer.
constexpr std::size_t kMaxTemplateName = 512;
constexpr std::size_t kMaxTemplateButtons = 10;

/// On one line, with single spaces: Meta refuses a parameter with new lines, tabs or many spaces.
std::string parameter_of(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return cut(text::trimmed(line), kMaxParameter);
}

/// What stands at the head of a template.
struct Header {
  std::optional<Attachment> file{};
  std::string file_name{};
};

/// The file that came with the request, else the one that is set for its template.
Header header_of(const SendRequest& request, const Attachment* file, const TemplateShape* shape) {
  if (file != nullptr) return {.file = *file, .file_name = request.media->file_name};
  if (shape == nullptr || !shape->header) return {};
  return {.file = Attachment{.form = {.type = shape->header->kind}, .link = shape->header->link},
          .file_name = shape->header->file_name};
}

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

  void add_file(const Attachment& file, std::string_view caption) {
    add(file.form.type, [&](JsonWriter& out) {
      write_place(out, file);
      out.optional_member("caption", caption);
      write_name(out, file, request_.media->file_name);
      if (file.form.is_voice) out.member("voice", true);
    });
  }

  void add_template(const channel::Template& wanted, std::string_view language,
                    const Header& header, const std::vector<std::string>& names) {
    add("template", [&](JsonWriter& out) {
      out.member("name", wanted.name);
      out.key("language");
      out.begin_object();
      out.member("code", language);
      out.end_object();
      const bool has_components =
          header.file || !wanted.parameters.empty() || !wanted.button_payloads.empty();
      if (!has_components) return;
      out.key("components");
      out.begin_array();
      if (header.file) write_header(out, header);
      if (!wanted.parameters.empty()) add_parameters(out, wanted.parameters, names);
      for (std::size_t i = 0; i < wanted.button_payloads.size(); ++i)
        add_quick_reply(out, i, wanted.button_payloads[i]);
      out.end_array();
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

  /// The messages, each with the callback data of its place among them.
  std::vector<std::string> take() {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const auto data =
          callback_data({.reference = request_.reference, .number = i}, messages_.size());
      auto& body = messages_[i];
      if (!data.empty()) {
        body += R"(,"biz_opaque_callback_data":)";
        JsonWriter(body).value(data);
      }
      body += '}';
    }
    return std::move(messages_);
  }

 private:
  static void write_place(JsonWriter& out, const Attachment& file) {
    out.optional_member("id", file.id);
    out.optional_member("link", file.link);
  }

  static void write_name(JsonWriter& out, const Attachment& file, std::string_view name) {
    if (file.form.type == "document") out.optional_member("filename", cut(name, kMaxFileName));
  }

  static void write_header(JsonWriter& out, const Header& header) {
    out.begin_object();
    out.member("type", "header");
    out.key("parameters");
    out.begin_array();
    out.begin_object();
    out.member("type", header.file->form.type);
    out.key(header.file->form.type);
    out.begin_object();
    write_place(out, *header.file);
    write_name(out, *header.file, header.file_name);
    out.end_object();
    out.end_object();
    out.end_array();
    out.end_object();
  }

  static void add_parameters(JsonWriter& out, const std::vector<std::string>& texts,
                             const std::vector<std::string>& names) {
    out.begin_object();
    out.member("type", "body");
    out.key("parameters");
    out.begin_array();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      out.begin_object();
      out.member("type", "text");
      if (!names.empty()) out.member("parameter_name", names[i]);
      out.member("text", parameter_of(texts[i]));
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }

  static void add_quick_reply(JsonWriter& out, std::size_t index, std::string_view payload) {
    out.begin_object();
    out.member("type", "button");
    out.member("sub_type", "quick_reply");
    out.member("index", std::to_string(index));
    out.key("parameters");
    out.begin_array();
    out.begin_object();
    out.member("type", "payload");
    out.member("payload", payload);
    out.end_object();
    out.end_array();
    out.end_object();
  }

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
  }

  const SendRequest& request_;
  std::vector<std::string> messages_{};  // Until they are taken: without their end.
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

Error refusal(ErrorClass error_class, std::string text) {
  return {error_class, "whatsapp: " + std::move(text)};
}

/// A template's name, as Meta lets it be made.
bool is_template_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTemplateName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What is wrong with a template, if anything.
Status check(const channel::Template& wanted, std::string_view language) {
  if (!is_template_name(wanted.name))
    return refusal(ErrorClass::config,
                   "the template's name is not one of Meta's: small letters, digits and _");
  if (language.empty())
    return refusal(ErrorClass::config, "the template " + wanted.name + " needs a language");
  const auto is_empty = [](std::string_view text) { return parameter_of(text).empty(); };
  if (std::ranges::any_of(wanted.parameters, is_empty))
    return refusal(ErrorClass::permanent, "a parameter of the template is empty");
  const bool fits = std::ranges::all_of(wanted.button_payloads, [](std::string_view payload) {
    return !payload.empty() && length(payload) <= kMaxPayload;
  });
  if (!fits || wanted.button_payloads.size() > kMaxTemplateButtons)
    return refusal(ErrorClass::permanent, "the template's buttons do not fit");
  return Done{};
}

/// The template alone, as a message.
Status add_template(const SendRequest& request, const Attachment* file, const TemplateShape* shape,
                    Composer& composer) {
  const auto& wanted = *request.template_;
  const auto& language = wanted.language.empty() ? request.language : wanted.language;
  if (const auto right = check(wanted, language); !right) return right;
  const auto header = header_of(request, file, shape);
  if (header.file && !header.file->form.has_caption())
    return refusal(ErrorClass::permanent,
                   "at a template's head stands an image, a video or a document");
  const std::vector<std::string> none;
  const auto& names = shape == nullptr ? none : shape->parameter_names;
  if (!names.empty() && names.size() != wanted.parameters.size())
    return refusal(ErrorClass::config, "the template " + wanted.name + " has " +
                                           std::to_string(names.size()) + " parameter_names, and " +
                                           std::to_string(wanted.parameters.size()) +
                                           " parameters are given");
  composer.add_template(wanted, language, header, names);
  return Done{};
}

/// The text with the buttons as Meta takes them.
void add_words(const SendRequest& request, Composer& composer) {
  const auto& text = request.text;
  const bool has_body = !split(text, kMaxText).empty();
  if (request.buttons.empty())
    composer.add_text(text);
  else if (has_body && request.list_title.empty() &&
           fit(request.buttons, kMaxButtons, kMaxButtonId, kMaxButtonTitle))
    composer.add_buttons(text);
  else if (has_body && !request.list_title.empty() &&
           fit(request.buttons, kMaxRows, kMaxRowId, kMaxRowTitle))
    composer.add_list(text);
  else
    composer.add_text(text::numbered(text, request.buttons));
}

/// The file, and the text under it where a caption has room for it, else behind it.
void add_file_and_words(const SendRequest& request, const Attachment& file, Composer& composer) {
  const bool is_text = request.media->caption.empty() || request.media->caption == request.text;
  const auto caption = text::trimmed(is_text ? request.text : request.media->caption);
  const bool has_room = file.form.has_caption() && length(caption) <= kMaxCaption &&
                        (!is_text || request.buttons.empty());
  composer.add_file(file, has_room ? caption : "");
  if (!has_room && !is_text) composer.add_text(caption);
  if (!has_room || !is_text) add_words(request, composer);
}

}  // namespace

Result<std::vector<std::string>> to_messages(const SendRequest& request, const Attachment* file,
                                             const TemplateShape* shape) {
  if (!is_recipient(request.recipient))
    return refusal(ErrorClass::permanent, "the recipient is neither a number nor a user id");

  Composer composer(request);
  if (request.template_) {
    if (const auto added = add_template(request, file, shape, composer); !added)
      return added.error();
    return composer.take();
  }
  if (request.location) composer.add_location(*request.location);
  if (file != nullptr)
    add_file_and_words(request, *file, composer);
  else
    add_words(request, composer);

  auto messages = composer.take();
  if (messages.empty()) return refusal(ErrorClass::permanent, "there is nothing to send");
  if (messages.size() > kMaxParts)
    return refusal(ErrorClass::permanent,
                   "the text takes more than " + std::to_string(kMaxParts) + " messages");
  return messages;
}

std::string to_read_receipt(std::string_view message_id, bool is_typing) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  out.member("messaging_product", "whatsapp");
  out.member("status", "read");
  out.member("message_id", message_id);
  if (is_typing) {
    out.key("typing_indicator");
    out.begin_object();
    out.member("type", "text");
    out.end_object();
  }
  out.end_object();
  return body;
}

}  // namespace conserje::whatsapp
