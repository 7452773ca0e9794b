#include "answers.hpp"

#include <algorithm>
#include <array>

#include "payload.hpp"

namespace conserje::vapi {
namespace {

/// Characters that end a line, or look like a bullet, or mark words in writing.
constexpr std::array<std::string_view, 6> kLineEnds = {"\n",       "\r",           "\v",
                                                       "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
constexpr std::array<std::string_view, 6> kBullets = {
    "\xE2\x80\xA2 ", "\xE2\x80\x93 ", "\xC2\xB7 ", "- ", "* ", "> "};
constexpr std::string_view kMarks = "*_`#";
constexpr std::string_view kPauses = ".:!?;,";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The text up to the next line end, which is taken off with it.
std::string_view next_line(std::string_view& rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto* end = std::ranges::find_if(
        kLineEnds, [&](std::string_view mark) { return rest.substr(i).starts_with(mark); });
    if (end == kLineEnds.end()) continue;
    const auto line = rest.substr(0, i);
    rest.remove_prefix(i + end->size());
    return line;
  }
  return std::exchange(rest, {});
}

std::string_view without_bullet(std::string_view line) {
  for (const auto bullet : kBullets)
    if (line.starts_with(bullet)) return trimmed(line.substr(bullet.size()));
  return line;
}

void append_spoken(std::string& out, std::string_view line) {
  for (const char c : line) {
    const bool is_blank = c == ' ' || c == '\t';
    if (is_blank && (out.empty() || out.back() == ' ')) continue;
    if (kMarks.find(c) != std::string_view::npos) continue;
    if (static_cast<unsigned char>(c) < 0x20 && !is_blank) continue;
    out += is_blank ? ' ' : c;
  }
}

/// What is said to one message. Nothing to say is said shortly: an empty result counts as none.
std::string spoken(const channel::Said& said) {
  std::string all;
  for (const auto& text : said.texts) {
    if (!all.empty()) all += '\n';
    all += text;
  }
  auto line = speakable(all);
  return line.empty() ? "OK." : line;
}

Json results(const channel::AnswerRequest& request, std::string_view busy_text) {
  Json out = Json::array();
  std::size_t next = 0;
  for (const Json& call : member(request.context, "calls")) {
    Json result = {{"name", text(call, "name")}, {"toolCallId", text(call, "id")}};
    if (next < request.said.size()) {
      result["result"] = spoken(request.said[next++]);
    } else {
      result["error"] = busy_text;
    }
    out.push_back(std::move(result));
  }
  return {{"results", std::move(out)}};
}

Json documents(const channel::AnswerRequest& request) {
  Json out = Json::array();
  for (const auto& said : request.said)
    if (!said.failed && !said.texts.empty())
      out.push_back({{"content", spoken(said)}, {"similarity", 1.0}, {"uuid", said.message_id}});
  return {{"documents", std::move(out)}};
}

}  // namespace

std::string speakable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = without_bullet(trimmed(next_line(text)));
    if (line.empty()) continue;
    while (out.ends_with(' ')) out.pop_back();
    if (!out.empty()) out += kPauses.find(out.back()) == std::string_view::npos ? ". " : " ";
    append_spoken(out, line);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

channel::HttpAnswer to_answer(const Json& body) {
  return {.status = 200,
          .content_type = "application/json",
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

channel::HttpAnswer refusal(std::string_view text) {
  return to_answer({{"error", speakable(text)}});
}

Json tool_context(std::span<const ToolCall> calls) {
  Json list = Json::array();
  for (const auto& call : calls) list.push_back({{"id", call.id}, {"name", call.name}});
  return {{"to", "tool-calls"}, {"calls", std::move(list)}};
}
Json function_context() { return {{"to", "function-call"}}; }
Json knowledge_context() { return {{"to", "knowledge-base-request"}}; }

channel::HttpAnswer answer_to(const channel::AnswerRequest& request, std::string_view busy_text) {
  const auto to = text(request.context, "to");
  if (to == "knowledge-base-request") return to_answer(documents(request));
  if (to == "tool-calls") return to_answer(results(request, speakable(busy_text)));
  return to_answer(
      {{"result", request.said.empty() ? speakable(busy_text) : spoken(request.said.front())}});
}

}  // namespace conserje::vapi
