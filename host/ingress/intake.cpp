#include "ingress/intake.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "ops/metric_names.hpp"

namespace conserje {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kKeptBuffer = 64 * 1024;  // A larger one is given back at the next reply.

Error wrong(std::string_view what) {
  return {ErrorClass::bug, "the plugin's events: " + std::string(what)};
}

/// An id goes into keys, logs and other people's databases: no control characters, and not without
/// end.
bool is_fit_id(std::string_view id) {
  return !id.empty() && id.size() <= 512 &&
         std::ranges::none_of(id, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

/// One message: its keys, and the JSON as it stands.
Status read_message(ondemand::object object, IncomingEvents::Message& out) {
  for (auto field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return wrong("a message's key");
    std::string* target = key == "id"          ? &out.id
                          : key == "account"   ? &out.account
                          : key == "sender_id" ? &out.sender_id
                          : key == "type"      ? &out.type
                          : key == "language"  ? &out.language
                                               : nullptr;
    if (target == nullptr) continue;
    std::string_view text;
    if (field.value().get_string().get(text) != simdjson::SUCCESS)
      return wrong("a message's " + std::string(key));
    *target = text;
  }
  if (!is_fit_id(out.id) || !is_fit_id(out.sender_id))
    return wrong("a message without a usable id or sender_id");
  if (out.account.size() > 512 || out.type.empty() || out.type.size() > 64 ||
      out.language.size() > 64)
    return wrong("a message's account, type or language");

  std::string_view raw;
  bool is_empty = false;
  if (object.reset().get(is_empty) != simdjson::SUCCESS ||
      object.raw_json().get(raw) != simdjson::SUCCESS)
    return wrong("a message");
  while (!raw.empty() && raw.back() != '}')
    raw.remove_suffix(1);  // raw_json runs on to the next token.
  out.json = raw;
  return Done{};
}

Status read_messages(ondemand::value value, std::vector<IncomingEvents::Message>& out) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS)
    return wrong("messages: an array is needed");
  for (auto item : array) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS)
      return wrong("messages: objects are needed");
    if (const auto read = read_message(object, out.emplace_back()); !read) return read;
  }
  return Done{};
}

/// A value as it stands in the text.
Result<std::string_view> raw_text(ondemand::value value) {
  ondemand::json_type type{};
  std::string_view raw;
  if (value.type().get(type) != simdjson::SUCCESS) return wrong("not JSON");
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS ||
        array.raw_json().get(raw) != simdjson::SUCCESS)
      return wrong("not JSON");
  } else if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS ||
        object.raw_json().get(raw) != simdjson::SUCCESS)
      return wrong("not JSON");
  } else {
    raw = value.raw_json_token();
  }
  return raw;
}

/// The rare parts go through the generated readers.
template <class T>
Status read_rare(ondemand::value value, T& out) {
  const auto raw = raw_text(value);
  if (!raw) return raw.error();
  const auto tree = parse_json(*raw);
  if (!tree) return wrong(tree.error().message);
  auto decoded = from_tree<T>(*tree);
  if (!decoded) return wrong(decoded.error().message);
  out = *std::move(decoded);
  return Done{};
}

Status read_field(std::string_view key, ondemand::value value, IncomingEvents& out) {
  if (key == "messages") return read_messages(value, out.messages);
  if (key == "statuses") return read_rare(value, out.statuses);
  if (key == "notices") return read_rare(value, out.notices);
  if (key == "answer") return read_rare(value, out.answer);
  if (key == "question") return read_rare(value, out.question.emplace());
  return Done{};
}

}  // namespace

struct EventReader::Buffers {
  ondemand::parser parser{};
  std::string text{};  // With room behind it, which simdjson may read.
};

EventReader::EventReader() : buffers_(std::make_unique<Buffers>()) {}
EventReader::~EventReader() = default;

Result<IncomingEvents> EventReader::read(std::string_view json) {
  IncomingEvents events;
  if (json.empty()) return events;
  if (buffers_->text.capacity() > kKeptBuffer) buffers_ = std::make_unique<Buffers>();
  auto& [parser, text] = *buffers_;
  text.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  text = json;
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(text.data(), text.size(), text.capacity()).get(document) !=
          simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS)
    return wrong("an object is needed");
  for (auto field : object) {
    std::string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS ||
        field.value().get(value) != simdjson::SUCCESS)
      return wrong("not JSON");
    if (const auto read = read_field(key, value, events); !read) return read.error();
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return wrong("something follows the object");
  return events;
}

Result<IncomingEvents> read_events(std::string_view json) { return EventReader().read(json); }

void Intake::accept(const std::string& channel, IncomingEvents events,
                    std::string_view correlation_id, WallTime at, std::optional<WallTime> answer_by,
                    Inbox::OnDurable on_durable) {
  for (const auto& notice : events.notices)
    log_.write(notice.severity == "critical"  ? LogLevel::error
               : notice.severity == "warning" ? LogLevel::warn
                                              : LogLevel::info,
               "channel notice",
               std::initializer_list<LogField>{
                   {"channel", channel}, {"notice", notice.name}, {"text", notice.text}});
  if (events.messages.empty() && events.statuses.empty()) return on_durable(0);
  arrivals_.count(at);

  std::vector<InboxMessage> messages;
  messages.reserve(events.messages.size());
  for (auto& message : events.messages) {
    metrics_.counter(metric::kMessagesReceived, {channel, message.type}).add();
    messages.push_back({.tenant = tenant_,
                        .channel = channel,
                        .message_id = std::move(message.id),
                        .lane = channel + "|" + message.account + "|" + message.sender_id,
                        .payload = std::move(message.json),
                        .correlation_id = std::string(correlation_id),
                        .received = at,
                        .answer_by = answer_by});
  }
  std::vector<DeliveryStatusRow> statuses;
  for (auto& status : events.statuses)
    statuses.push_back(status_row(tenant_, channel, std::move(status), at));
  inbox_.accept_all(std::move(messages), std::move(statuses), std::move(on_durable));
}

}  // namespace conserje
