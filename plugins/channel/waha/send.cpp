#include "send.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "../common/base64.hpp"
#include "../common/document.hpp"
#include "conserje/text.hpp"
#include "errors.hpp"
#include "jid.hpp"

namespace conserje::waha {
namespace {

using channel::SendRequest;
using document::Document;
using document::Value;

constexpr std::size_t kMaxPollName = 255;
constexpr std::size_t kMaxOption = 100;

/// Writes the requests for one message; what they have in common stands here.
class Composer {
 public:
  explicit Composer(const Target& target) : target_(target) {}

  void add_location(const channel::Location& place) {
    add("sendLocation", true, [&](JsonWriter& out) {
      out.member("latitude", place.latitude);
      out.member("longitude", place.longitude);
      out.optional_member("title", place.name.empty() ? place.address : place.name);
    });
  }

  void add_text(std::string_view text) {
    for (const auto part : text::split(text, kMaxText)) {
      const auto id = posts_.size() < target_.ids.size() ? target_.ids[posts_.size()] : "";
      add("sendText", true, [&](JsonWriter& out) {
        out.member("text", part);
        out.member("linkPreview", false);
        out.optional_member("id", id);
      });
      posts_.back().id = id;
    }
  }

  void add_poll(std::string_view question, std::vector<Option> options) {
    add("sendPoll", false, [&](JsonWriter& out) {
      out.key("poll");
      out.begin_object();
      out.member("name", question);
      out.key("options");
      out.begin_array();
      for (const auto& option : options) out.value(option.label);
      out.end_array();
      out.member("multipleAnswers", false);
      out.end_object();
    });
    posts_.back().options = std::move(options);
  }

  /// `path`: the endpoint that shows it as what it is. Voice has no caption and is no answer.
  void add_file(const channel::Media& media, std::string_view file, std::string_view caption) {
    const auto& mime_type = media.mime_type;
    const bool is_voice = media.kind == "voice";
    const bool is_video = media.kind == "video";
    const bool is_image =
        media.kind == "image" && (mime_type == "image/jpeg" || mime_type == "image/png");
    const std::string_view path = is_voice   ? "sendVoice"
                                  : is_video ? "sendVideo"
                                  : is_image ? "sendImage"
                                             : "sendFile";
    add(path, is_image || path == "sendFile", [&](JsonWriter& out) {
      out.key("file");
      out.begin_object();
      out.member("mimetype", mime_type.empty() ? "application/octet-stream" : mime_type);
      out.optional_member("filename", media.file_name);
      if (file.empty())
        out.member("url", media.url);
      else
        out.member("data", base64(file));
      out.end_object();
      if (!is_voice) out.optional_member("caption", caption);
      const bool is_foreign =
          (is_voice && mime_type != "audio/ogg") || (is_video && mime_type != "video/mp4");
      if (is_foreign) out.member("convert", true);
    });
  }

  std::vector<Post> take() { return std::move(posts_); }

 private:
  template <class F>
  void add(std::string_view path, bool may_quote, F&& write_content) {
    auto& post = posts_.emplace_back();
    post.path = "/api/" + std::string(path);
    JsonWriter out(post.body);
    out.begin_object();
    out.member("session", target_.session);
    out.member("chatId", target_.chat);
    std::forward<F>(write_content)(out);
    if (posts_.size() == 1 && may_quote) out.optional_member("reply_to", target_.quoted);
    out.end_object();
  }

  const Target& target_;
  std::vector<Post> posts_{};
};

bool fit_a_poll(std::string_view question, const std::vector<Option>& options) {
  std::set<std::string_view> labels;
  for (const auto& option : options) labels.insert(option.label);
  const bool has_question = !question.empty() && text::length(question) <= kMaxPollName;
  return has_question && options.size() >= 2 && options.size() <= kMaxOptions &&
         labels.size() == options.size() && !labels.contains("");
}

void add_words(const SendRequest& message, const Target& target, Composer& composer) {
  if (message.buttons.empty()) return composer.add_text(message.text);
  auto options = to_options(message.buttons);
  const auto words = text::split(message.text, kMaxText);
  const auto question = words.empty() ? std::string_view() : words.front();
  if (target.with_polls && words.size() == 1 && fit_a_poll(question, options))
    return composer.add_poll(question, std::move(options));
  composer.add_text(text::numbered(message.text, message.buttons));
}

Error refusal(std::string text) { return {ErrorClass::permanent, "waha: " + std::move(text)}; }

}  // namespace

std::vector<Option> to_options(const std::vector<channel::Choice>& choices) {
  std::vector<Option> options;
  for (const auto& choice : choices) {
    const auto label =
        choice.description.empty() ? choice.title : choice.title + " - " + choice.description;
    options.push_back({text::cut(label, kMaxOption), choice});
  }
  return options;
}

Result<std::vector<Post>> to_posts(const SendRequest& message, const Target& target,
                                   std::string_view file) {
  if (file.size() > kMaxFile)
    return refusal("the file is larger than " + std::to_string(kMaxFile) + " bytes");
  Composer composer(target);
  if (message.location) composer.add_location(*message.location);
  SendRequest words = message;
  if (message.media && (!file.empty() || !message.media->url.empty())) {
    auto caption = message.media->caption.empty() ? message.text : message.media->caption;
    const bool has_room = message.media->kind != "voice" && message.buttons.empty() &&
                          text::length(caption) <= kMaxCaption;
    if (has_room && caption == message.text) words.text.clear();
    if (!has_room) caption.clear();
    composer.add_file(*message.media, file, caption);
  } else if (message.media) {
    return refusal("the file has neither bytes nor a url");
  }
  add_words(words, target, composer);

  auto posts = composer.take();
  if (posts.empty() && message.template_) return refusal("it has no templates; send the text");
  if (posts.empty()) return refusal("there is nothing to send");
  if (posts.size() > kMaxParts)
    return refusal("it takes more than " + std::to_string(kMaxParts) + " messages");
  return posts;
}

Result<std::string> read_accepted(const HttpResponse& response, const std::string& own_id) {
  if (const auto ours = check_is_wahas(response); !ours) return ours.error();
  if (response.status < 200 || response.status > 299) return to_error(response);
  Document document;
  const auto root = document.parse(response.body);
  const Value answer = root ? *root : Value();
  const Value data = answer["_data"];
  for (const Value id :
       {answer["id"], answer["id"]["_serialized"], answer["id"]["id"], answer["key"]["id"],
        data["id"]["_serialized"], data["Info"]["ID"], data["key"]["id"]})
    if (const auto bare = parse_message_id(id.view()).bare; !bare.empty()) return std::string(bare);
  return own_id;
}

std::string message_id_from(std::string_view digest) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::size_t kBytes = 8;
  std::string id = "3EB0";
  for (const char c : digest.substr(0, kBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 15U];
  }
  return id;
}

}  // namespace conserje::waha
