#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "conserje/plugin.hpp"

namespace conserje {

/// One HTTP request, as it came; borrowed for the call.
struct WebhookDelivery {
  channel::WebhookRequest request{};  // Its line, and when it came.
  std::string_view body{};            // As it came: signatures are over these bytes.
  std::string_view header_block{};    // Lines `name: value`, each ended by CR LF.

  /// The value of a header whose name is given in lower case; nullopt when it is absent or there
  /// twice, because a doubled signature is no signature.
  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    std::optional<std::string_view> found;
    for (std::string_view rest = header_block; !rest.empty();) {
      const auto end = rest.find('\n');
      const auto line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || !same_name(line.substr(0, colon), lower_case_name))
        continue;
      if (found) return std::nullopt;
      found = trimmed(line.substr(colon + 1));
    }
    return found;
  }

 private:
  static bool same_name(std::string_view name, std::string_view lower_case_name) {
    if (name.size() != lower_case_name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + 32) : name[i];
      if (c != lower_case_name[i]) return false;
    }
    return true;
  }
  static std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  }
};

namespace detail {

/// Takes `expected` off `rest`, when it begins with it.
inline bool take_character(std::string_view& rest, char expected) {
  if (rest.empty() || rest.front() != expected) return false;
  rest.remove_prefix(1);
  return true;
}

/// A JSON text of ASCII characters without escapes.
inline std::optional<std::string_view> take_plain_text(std::string_view& rest) {
  if (!take_character(rest, '"')) return std::nullopt;
  std::size_t size = 0;
  while (size < rest.size() && rest[size] >= ' ' && rest[size] <= '~' && rest[size] != '"' &&
         rest[size] != '\\')
    ++size;
  const auto text = rest.substr(0, size);
  rest.remove_prefix(size);
  if (!take_character(rest, '"')) return std::nullopt;
  return text;
}

/// A JSON integer that is not negative.
inline std::optional<std::int64_t> take_plain_integer(std::string_view& rest) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  const auto size = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || rest.front() == '-' || (rest.front() == '0' && size > 1))
    return std::nullopt;
  rest.remove_prefix(size);
  return value;
}

/// The head of a webhook in its plainest form, which is nearly every one, at a tenth of what the
/// general reader costs. nullopt: it is written otherwise, or wrong; the general reader tells.
inline std::optional<channel::WebhookRequest> read_plain(std::string_view rest) {
  channel::WebhookRequest out;
  bool has_method = false;
  bool has_path = false;
  bool has_time = false;
  if (!take_character(rest, '{')) return std::nullopt;
  do {
    const auto name = take_plain_text(rest);
    if (!name || !take_character(rest, ':')) return std::nullopt;
    if (*name == "received_at_ms") {
      const auto value = take_plain_integer(rest);
      if (!value) return std::nullopt;
      out.received_at_ms = *value;
      has_time = true;
      continue;
    }
    const auto text = take_plain_text(rest);
    if (!text) return std::nullopt;
    if (*name == "method")
      out.method = *text, has_method = true;
    else if (*name == "path")
      out.path = *text, has_path = true;
    else if (*name == "query")
      out.query = *text;
    else if (*name == "public_url")
      out.public_url = *text;
  } while (take_character(rest, ','));
  if (!take_character(rest, '}') || !rest.empty() || !has_method || !has_path || !has_time)
    return std::nullopt;
  return out;
}

}  // namespace detail

/// How guests and the hotel reach each other. Schema: sdk/schema/channel.v1.json, which documents
/// every field.
class Channel : public Plugin {
 public:
  /// Sends one message to one guest.
  /// Errors: retry, nothing was sent; deadline, it may have been sent; permanent, it will never be
  /// accepted;
  ///         auth or config, an operator must act. [pool thread]
  virtual Result<channel::SendReply> send(const Call& call,
                                          const channel::SendRequest& request) = 0;

  /// The same with the file that `request.media` describes: `file`, or what is at its url.
  /// [pool thread]
  virtual Result<channel::SendReply> send_media(const Call&, const channel::SendRequest&,
                                                std::string_view /*file*/) {
    return detail::unsupported(channel::method::send_media);
  }

  /// A file that came with a message, as the provider keeps it.
  struct FetchedMedia {
    channel::FetchMediaReply head{};  ///< Its type and name.
    std::string bytes{};              ///< The file itself.
  };
  /// Downloads it. Errors: permanent, the provider has it no more or it is over `max_bytes`; retry.
  /// [pool thread]
  virtual Result<FetchedMedia> fetch_media(const Call&, const channel::FetchMediaRequest&) {
    return detail::unsupported(channel::method::fetch_media);
  }

  /// Turns one webhook delivery into the messages and delivery statuses it carries; often none.
  /// Errors: auth, the signature does not verify (the host answers 401 and keeps nothing);
  /// permanent, the body is
  ///         not this vendor's (400). No I/O; the time is in the request. [I/O thread when the
  ///         manifest lists it under "inline", else pool thread]
  virtual Result<channel::WebhookEvents> handle_webhook(const Call&, const WebhookDelivery&) const {
    return detail::unsupported(channel::method::handle_webhook);
  }

  /// The HTTP answer to a delivery whose events asked a question. No I/O. [pool thread]
  virtual Result<channel::HttpAnswer> answer(const Call&, const channel::AnswerRequest&) const {
    return detail::unsupported(channel::method::answer);
  }

  /// What has come in by the provider's own list, oldest first. [pool thread]
  virtual Result<channel::ListSinceReply> list_since(const Call&,
                                                     const channel::ListSinceRequest&) {
    return detail::unsupported(channel::method::list_since);
  }
  /// What became of a message that we may have sent. [pool thread]
  virtual Result<channel::DeliveryStatusReply> delivery_status(
      const Call&, const channel::DeliveryStatusRequest&) {
    return detail::unsupported(channel::method::delivery_status);
  }
  /// Restarts the provider's side of this channel. [pool thread]
  virtual Result<channel::ChannelHealth> restart(const Call&) {
    return detail::unsupported(channel::method::restart);
  }

  /// Asks the provider whether we can send and receive. [pool thread]
  virtual Result<channel::ChannelHealth> check_health(const Call&) {
    return channel::ChannelHealth{.state = "ok"};
  }

  /// What this channel can carry. [any thread]
  virtual channel::Capabilities capabilities() const = 0;

  Result<Reply> invoke(const Call& call, const Request& request) final {
    switch (request.method) {
      case channel::method::send:
        return detail::typed<channel::SendRequest>(request,
                                                   [&](const auto& in) { return send(call, in); });
      case channel::method::send_media:
        return detail::typed<channel::SendRequest>(
            request, [&](const auto& in) { return send_media(call, in, attachment(request, 0)); });
      case channel::method::fetch_media: return fetch(call, request);
      case channel::method::handle_webhook: return webhook(call, request);
      case channel::method::answer:
        return detail::typed<channel::AnswerRequest>(
            request, [&](const auto& in) { return answer(call, in); });
      case channel::method::list_since:
        return detail::typed<channel::ListSinceRequest>(
            request, [&](const auto& in) { return list_since(call, in); });
      case channel::method::delivery_status:
        return detail::typed<channel::DeliveryStatusRequest>(
            request, [&](const auto& in) { return delivery_status(call, in); });
      case channel::method::restart:
        return detail::typed<channel::Empty>(request, [&](const auto&) { return restart(call); });
      case channel::method::health:
        return detail::typed<channel::Empty>(request,
                                             [&](const auto&) { return check_health(call); });
      case channel::method::capabilities: return Reply{.head = encode(capabilities())};
      default: return detail::unsupported(request.method);
    }
  }

 private:
  static std::string_view attachment(const Request& request, std::size_t i) {
    return i < request.attachments.size() ? request.attachments[i] : std::string_view();
  }
  Result<Reply> webhook(const Call& call, const Request& request) const {
    auto in = detail::read_plain(request.head);
    if (!in) {
      auto decoded = decode<channel::WebhookRequest>(request.head);
      if (!decoded) return Error{ErrorClass::permanent, "request: " + decoded.error().message};
      in = *std::move(decoded);
    }
    const auto events =
        handle_webhook(call, {*std::move(in), attachment(request, 0), attachment(request, 1)});
    if (!events) return events.error();
    return Reply{.head = encode(*events)};
  }
  Result<Reply> fetch(const Call& call, const Request& request) {
    const auto in = decode<channel::FetchMediaRequest>(request.head);
    if (!in) return Error{ErrorClass::permanent, "request: " + in.error().message};
    auto fetched = fetch_media(call, *in);
    if (!fetched) return fetched.error();
    return Reply{.head = encode(fetched->head), .attachments = {std::move(fetched->bytes)}};
  }
};

}  // namespace conserje
