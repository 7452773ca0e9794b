#include "inbound.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "payload.hpp"

namespace conserje::vapi {
namespace {

using channel::UnifiedMessage;

constexpr std::int64_t kKnowledgeWithinMs = 5'000;  // The caller hears nothing meanwhile.
constexpr std::size_t kLongestUnknown = 16 * 1024;  // Kept of a type that nobody knows.

/// A call that we began ended so, and the guest heard nothing.
constexpr std::array<std::string_view, 3> kUnreached = {"customer-busy", "customer-did-not-answer",
                                                        "voicemail"};

/// Types that tell nothing which a hotel needs, several of them many times a second.
constexpr std::array<std::string_view, 19> kIgnored = {"conversation-update",
                                                       "speech-update",
                                                       "model-output",
                                                       "user-interrupted",
                                                       "voice-input",
                                                       "voice-request",
                                                       "transfer-update",
                                                       "language-change-detected",
                                                       "phone-call-control",
                                                       "assistant.started",
                                                       "assistant.speechStarted",
                                                       "chat.created",
                                                       "chat.deleted",
                                                       "session.created",
                                                       "session.updated",
                                                       "session.deleted",
                                                       "call.deleted",
                                                       "call.delete.failed",
                                                       "call.artifact.upload"};

// ---- Whose call it is.

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// E.164 of a caller who shows his number; empty: he does not.
std::string number_of(std::string number) {
  std::erase_if(number, [](char c) { return c == ' ' || c == '-' || c == '(' || c == ')'; });
  if (is_digits(number)) number.insert(number.begin(), '+');
  constexpr std::string_view kAnonymous = "+266696687";  // The keys of the word.
  const bool is_number = number.size() >= 8 && number.size() <= 16 && number[0] == '+' &&
                         number[1] != '0' && is_digits(std::string_view(number).substr(1));
  return is_number && number != kAnonymous ? number : std::string();
}

/// An id or a name as the host takes it.
std::string clean(std::string text, std::size_t bytes) {
  std::erase_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return cut(text, bytes);
}

/// The call that a delivery belongs to, and the caller.
struct Source {
  const Json& message;
  const Json& call;
  const Config& config;
  std::int64_t at_ms;

  std::string call_id() const {
    auto id = text(call, "id");
    if (id.empty()) id = text(member(message, "chat"), "id");
    return clean(std::move(id), 128);
  }
  std::string customer(std::string_view name) const {
    auto value = text(member(message, "customer"), name);
    return value.empty() ? text(member(call, "customer"), name) : value;
  }
  std::string number() const { return number_of(customer("number")); }
  std::string sip() const {
    const auto uri = clean(customer("sipUri"), 256);
    return uri.empty() || uri.starts_with("sip:") ? uri : "sip:" + uri;
  }
  std::string caller() const {
    if (auto shown = number(); !shown.empty()) return shown;
    if (auto uri = sip(); !uri.empty()) return uri;
    return "call:" + call_id();
  }
  std::string account() const {
    auto id = text(call, "phoneNumberId");
    if (id.empty()) id = text(member(message, "phoneNumber"), "id");
    return clean(std::move(id), 128);
  }
};

/// A message of the call; `kind` and `discriminator` tell it from the call's others.
UnifiedMessage message_of(const Source& source, std::string_view type, std::string_view kind,
                          std::string_view discriminator) {
  const auto call_id = source.call_id();
  UnifiedMessage out{.id = call_id + ":" + std::string(kind),
                     .account = source.account(),
                     .sender_id = source.caller(),
                     .sender_name = clean(source.customer("name"), 256),
                     .type = std::string(type),
                     .thread_id = call_id,
                     .language = source.config.language,
                     .timestamp_ms = source.at_ms};
  if (!discriminator.empty()) out.id += ":" + clean(std::string(discriminator), 256);
  out.unverified = out.sender_id == "call:" + call_id;
  if (const auto sip = source.sip(); !sip.empty() && !source.number().empty())
    out.sender_aliases = {sip};
  out.metadata["call_id"] = call_id;
  if (const auto kind_of_call = text(source.call, "type"); !kind_of_call.empty())
    out.metadata["call_type"] = kind_of_call;
  if (const auto id = text(source.call, "phoneCallProviderId"); !id.empty())
    out.metadata["provider_call_id"] = id;
  return out;
}

CallNews news_of(const Source& source, bool has_ended) {
  return {.caller = source.caller(),
          .call_id = source.call_id(),
          .control_url = text(member(source.call, "monitor"), "controlUrl"),
          .has_ended = has_ended};
}

// ---- Tools.

/// One tool call in any of its spellings.
struct Asked {
  ToolCall call{};
  const Json& arguments;
};

/// Arguments come as an object or as its JSON text; text that is none is the caller's own words.
Json arguments_of(const Json& given, const std::string& text_argument) {
  if (given.is_object()) return given;
  if (!given.is_string()) return Json::object();
  const auto& written = given.get_ref<const std::string&>();
  auto parsed = parse_document(written);
  if (parsed && parsed->is_object()) return *std::move(parsed);
  if (written.empty() || parsed) return Json::object();
  return {{text_argument, written}};
}

Asked asked_by(const Json& listed) {
  const Json& call = member(listed, "toolCall").is_object() ? member(listed, "toolCall") : listed;
  const Json& function = member(call, "function");
  const bool is_wrapped = function.is_object();
  const Json& named = is_wrapped ? function : call;
  const Json& arguments = member(named, "arguments");
  return {.call = {.id = text(call, "id"), .name = text(named, "name")},
          .arguments = arguments.is_null() ? member(named, "parameters") : arguments};
}

const Json& list_of_calls(const Json& message) {
  for (const auto* name : {"toolCallList", "toolCalls", "toolWithToolCallList"})
    if (member(message, name).is_array()) return member(message, name);
  return member(message, "toolCallList");
}

/// Whether VAPI does not wait for any of the calls.
bool are_async(const Json& message) {
  const Json& tools = member(message, "toolWithToolCallList");
  return tools.is_array() && !tools.empty() &&
         std::ranges::all_of(tools, [](const Json& tool) { return flag(tool, "async"); });
}

/// A tool with the caller's own words is a text; else a request in the host's names.
void fill(UnifiedMessage& out, const Asked& asked, const Config& config) {
  const auto rule = std::ranges::find(config.tools, asked.call.name, &Tool::name);
  const Tool tool = rule == config.tools.end() ? Tool{.name = asked.call.name} : *rule;
  const Json arguments = arguments_of(asked.arguments, tool.text_argument);
  out.metadata["tool"] = asked.call.name;
  out.text = text(arguments, tool.text_argument);
  if (!out.text.empty()) {
    out.type = "text";
    return;
  }
  out.type = "request";
  auto& request = out.request.emplace(
      channel::StructuredRequest{.intent = tool.intent.empty() ? tool.name : tool.intent});
  request.arguments = Json::object();
  for (const auto& [name, value] : arguments.items()) {
    const auto ours = tool.arguments.find(name);
    request.arguments[ours == tool.arguments.end() ? name : ours->second] = value;
  }
}

void read_tool_calls(const Source& source, Inbound& out) {
  std::vector<ToolCall> calls;
  for (const Json& listed : list_of_calls(source.message)) {
    const auto asked = asked_by(listed);
    calls.push_back(asked.call);
    if (calls.size() > kMostToolCalls) {
      ++out.events.ignored;
      continue;
    }
    const auto discriminator =
        asked.call.id.empty() ? std::to_string(source.at_ms) + "." + std::to_string(calls.size())
                              : asked.call.id;
    auto& message = out.events.messages.emplace_back(
        message_of(source, "request", "tool-calls", discriminator));
    fill(message, asked, source.config);
  }
  out.events.answer = answer_to({.context = tool_context(calls)}, source.config.busy_text);
  if (out.events.messages.empty() || are_async(source.message)) return;
  out.events.question = channel::Question{.deadline_ms = source.config.answer_within_ms,
                                          .context = tool_context(calls)};
}

/// The form before tools: one call, without an id.
void read_function_call(const Source& source, Inbound& out) {
  const Json& call = member(source.message, "functionCall");
  const auto asked = asked_by(call);
  auto message = message_of(source, "request", "function-call",
                            std::to_string(source.at_ms) + "." + fingerprint(call.dump()));
  fill(message, asked, source.config);
  out.events.messages = {std::move(message)};
  out.events.answer = answer_to({.context = function_context()}, source.config.busy_text);
  out.events.question = channel::Question{.deadline_ms = source.config.answer_within_ms,
                                          .context = function_context()};
}

/// The last words of the caller in the model's own record.
std::string asked_of_knowledge(const Json& message) {
  for (const auto* name : {"messagesOpenAIFormatted", "messages"}) {
    const Json& messages = member(message, name);
    if (!messages.is_array()) continue;
    for (auto said = messages.rbegin(); said != messages.rend(); ++said)
      if (text(*said, "role") == "user")
        return text(*said, std::string_view(name) == "messages" ? "message" : "content");
  }
  return {};
}

void read_knowledge_request(const Source& source, Inbound& out) {
  const auto words = asked_of_knowledge(source.message);
  out.events.answer = answer_to({.context = knowledge_context()}, source.config.busy_text);
  if (words.empty()) {
    ++out.events.ignored;
    return;
  }
  auto message = message_of(source, "text", "knowledge-base-request",
                            std::to_string(source.at_ms) + "." + fingerprint(words));
  message.text = words;
  out.events.messages = {std::move(message)};
  out.events.question =
      channel::Question{.deadline_ms = std::min(kKnowledgeWithinMs, source.config.answer_within_ms),
                        .context = knowledge_context()};
}

// ---- What is answered from the settings.

void answer_from(const Json& setting, const Source& source, Inbound& out) {
  out.events.answer = setting.is_object() ? to_answer(setting) : refusal(source.config.closed_text);
  ++out.events.ignored;
}
void read_assistant_request(const Source& source, Inbound& out) {
  answer_from(source.config.assistant, source, out);
}
void read_transfer_request(const Source& source, Inbound& out) {
  answer_from(source.config.transfer, source, out);
}
void read_handoff_request(const Source& source, Inbound& out) {
  answer_from(source.config.handoff, source, out);
}
void read_predial(const Source&, Inbound& out) {
  out.events.answer = to_answer({{"eligible", true}});
  ++out.events.ignored;
}
void read_endpointing(const Source&, Inbound& out) {
  out.events.answer = to_answer({{"timeoutSeconds", 0.5}});
  ++out.events.ignored;
}

// ---- What needs no answer.

void read_transcript(const Source& source, Inbound& out) {
  const auto words = text(source.message, "transcript");
  const bool is_final = text(source.message, "transcriptType") == "final" ||
                        text(source.message, "type").ends_with("\"final\"]");
  if (!is_final || words.empty()) {
    ++out.events.ignored;
    return;
  }
  const auto role = text(source.message, "role");
  auto message = message_of(source, "transcript", "transcript",
                            role + "." + std::to_string(source.at_ms) + "." + fingerprint(words));
  message.text = cut(words, kLongestTranscript);
  message.metadata["role"] = role;
  out.events.messages = {std::move(message)};
}

/// "User: ..." lines where the report has no transcript but the messages.
std::string transcript_of(const Json& artifact) {
  auto whole = text(artifact, "transcript");
  if (!whole.empty() || !member(artifact, "messages").is_array()) return whole;
  for (const Json& said : member(artifact, "messages")) {
    const auto role = text(said, "role");
    if (role != "user" && role != "bot" && role != "assistant") continue;
    whole += (whole.empty() ? "" : "\n") + std::string(role == "user" ? "User: " : "AI: ") +
             text(said, "message");
    if (whole.size() > kLongestTranscript) break;
  }
  return whole;
}

void add_recording(const Json& artifact, UnifiedMessage& out) {
  for (const auto* name : {"presignedMonoUrl", "recordingUrl", "stereoRecordingUrl"}) {
    auto url = text(artifact, name);
    if (url.empty()) continue;
    out.media = channel::Media{.kind = "audio", .reference = out.thread_id, .url = std::move(url)};
    return;
  }
}

/// VAPI has hundreds of reasons for the end of a call.
bool is_failure(std::string_view reason) {
  return reason.find("error") != std::string_view::npos ||
         reason.find("failed") != std::string_view::npos;
}

/// A call that did not end as calls do.
void tell_failure(const Source& source, Inbound& out) {
  const auto reason = text(source.message, "endedReason");
  if (!is_failure(reason)) return;
  out.events.notices.push_back({.name = "call_failed",
                                .severity = "warning",
                                .text = cut(reason, 200),
                                .metadata = {{"call_id", source.call_id()}}});
}

void read_report(const Source& source, Inbound& out) {
  const Json& artifact = member(source.message, "artifact");
  const Json& analysis = member(source.message, "analysis");
  auto message = message_of(source, "transcript", "end-of-call-report", "");
  const auto words = transcript_of(artifact);
  message.text = cut(words, kLongestTranscript);
  if (message.text.size() < words.size()) message.metadata["cut"] = true;
  add_recording(artifact, message);
  for (const auto* name : {"endedReason", "cost", "startedAt", "endedAt"})
    if (const Json& value = member(source.message, name); !value.is_null())
      message.metadata[name] = value;
  for (const auto* name : {"summary", "successEvaluation", "structuredData"})
    if (const Json& value = member(analysis, name); !value.is_null())
      message.metadata[name] = value;
  out.events.messages = {std::move(message)};
  tell_failure(source, out);
  out.news = news_of(source, true);
}

/// A call that we began is a message of ours, which reached the guest or did not.
void tell_outcome(const Source& source, std::string_view status, Inbound& out) {
  if (text(source.call, "type") != "outboundPhoneCall") return;
  channel::DeliveryStatus told{.message_id = source.call_id(),
                               .recipient_id = source.caller(),
                               .timestamp_ms = source.at_ms};
  const auto reason = clean(text(source.message, "endedReason"), 64);
  const bool is_unreached = std::ranges::find(kUnreached, reason) != kUnreached.end();
  if (status == "in-progress") {
    told.status = "delivered";
  } else if (status == "ended" && (is_unreached || is_failure(reason))) {
    told.status = "failed";
    told.error_class = "permanent";
    told.error_code = reason;
  } else {
    return;
  }
  out.events.statuses.push_back(std::move(told));
}

void read_status(const Source& source, Inbound& out) {
  const auto status = text(source.message, "status");
  tell_outcome(source, status, out);
  if (out.events.statuses.empty()) ++out.events.ignored;
  out.news = news_of(source, status == "ended");
  if (status == "ended") tell_failure(source, out);
}

void read_hang(const Source& source, Inbound& out) {
  ++out.events.ignored;
  out.events.notices.push_back({.name = "assistant_slow",
                                .severity = "warning",
                                .text = "the caller waited for the assistant's words",
                                .metadata = {{"call_id", source.call_id()}}});
}

/// Kept, so that nothing is lost that VAPI adds next; a machine's, so that nobody answers it.
void read_unknown(const Source& source, Inbound& out) {
  const auto type = clean(text(source.message, "type"), 64);
  const auto content = source.message.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto message = message_of(source, "unsupported", type,
                            std::to_string(source.at_ms) + "." + fingerprint(content));
  message.automated = true;
  message.metadata["vendor_type"] = type;
  message.metadata["content"] = cut(content, kLongestUnknown);
  out.events.messages = {std::move(message)};
}

struct MessageType {
  std::string_view name;
  void (*read)(const Source& source, Inbound& out);
};
constexpr std::array kTypes = {MessageType{"assistant-request", read_assistant_request},
                               MessageType{"tool-calls", read_tool_calls},
                               MessageType{"function-call", read_function_call},
                               MessageType{"transfer-destination-request", read_transfer_request},
                               MessageType{"handoff-destination-request", read_handoff_request},
                               MessageType{"knowledge-base-request", read_knowledge_request},
                               MessageType{"campaign.predial", read_predial},
                               MessageType{"call.endpointing.request", read_endpointing},
                               MessageType{"transcript", read_transcript},
                               MessageType{"end-of-call-report", read_report},
                               MessageType{"status-update", read_status},
                               MessageType{"hang", read_hang}};

}  // namespace

Result<Inbound> read_message(std::string_view body, const Config& config,
                             std::int64_t received_at_ms) {
  const auto document = parse_document(body);
  if (!document) return document.error();
  const Json& message = member(*document, "message");
  if (!message.is_object())
    return Error{ErrorClass::permanent, "vapi: the body is not a server message"};
  const Source source{.message = message,
                      .call = member(message, "call"),
                      .config = config,
                      .at_ms = time_ms(member(message, "timestamp")).value_or(received_at_ms)};

  Inbound out;
  auto type = text(message, "type");
  type = type.substr(0, type.find('['));  // transcript[transcriptType="final"]
  const auto* known = std::ranges::find(kTypes, std::string_view(type), &MessageType::name);
  if (known != kTypes.end()) {
    known->read(source, out);
  } else if (std::ranges::find(kIgnored, type) != kIgnored.end()) {
    ++out.events.ignored;
  } else {
    read_unknown(source, out);
  }
  const bool tells_control = !out.news && !member(source.call, "monitor").is_null();
  if (tells_control) out.news = news_of(source, false);
  return out;
}

}  // namespace conserje::vapi
