#pragma once

#include <span>
#include <string>
#include <string_view>

#include "conserje/channel_types.hpp"
#include "conserje/json.hpp"

namespace conserje::vapi {

/// One call of a tool, as the assistant named it.
struct ToolCall {
  std::string id{};
  std::string name{};

  bool operator==(const ToolCall&) const = default;
};

/// What is said aloud: one line, without bullets, marks of formatting and line breaks, each of
/// which VAPI drops together with the whole result. Pure.
std::string speakable(std::string_view text);

/// JSON as the answer to VAPI: always 200, as anything else counts as silence.
channel::HttpAnswer to_answer(const Json& body);
/// {"error": ...}: what the caller hears instead.
channel::HttpAnswer refusal(std::string_view text);

/// The context of a question, from which answer_to() makes the answer later.
Json tool_context(std::span<const ToolCall> calls);
Json function_context();
Json knowledge_context();

/// The answer to a question in VAPI's words. Tool calls that nothing was asked for get `busy_text`.
/// Pure.
channel::HttpAnswer answer_to(const channel::AnswerRequest& request, std::string_view busy_text);

}  // namespace conserje::vapi
