#include "cli/nlu_lines.hpp"

#include <algorithm>

namespace conserje {
namespace {

/// How many code points of `text` begin before each byte offset; asked in ascending order or not.
std::int64_t code_points(std::string_view text, std::int64_t bytes) {
  const auto end = std::clamp<std::int64_t>(bytes, 0, static_cast<std::int64_t>(text.size()));
  return std::count_if(text.begin(), text.begin() + end,
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

/// The member as text; empty when it is not there. False: it is something else.
bool read_text_member(const Json& object, const char* name, std::string& text) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  text = found->get<std::string>();
  return true;
}

/// What else is asked for; left out when there is nothing else.
void write_also(JsonWriter& out, const std::vector<nlu::AlsoAsked>& also) {
  if (also.empty()) return;
  out.key("also");
  out.begin_array();
  for (const auto& other : also) {
    out.begin_object();
    out.member("intent", other.name);
    out.member("confidence", other.confidence);
    out.optional_member("topic", other.topic);
    out.end_object();
  }
  out.end_array();
}

/// "2026-12-10 20:00" as "2026-12-10T20:00:00"; anything else as it is.
std::string local_date_time(std::string now) {
  constexpr std::size_t kMinutes = 16;  // of "2026-12-10T20:00"
  if (now.size() >= kMinutes && now[10] == ' ') now[10] = 'T';
  if (now.size() == kMinutes) now += ":00";
  return now;
}

}  // namespace

bool read_nlu_line(std::istream& in, NluLine& line) {
  line.text.clear();
  line.too_long = false;
  std::streambuf& source = *in.rdbuf();
  constexpr int kEnd = std::istream::traits_type::eof();
  int next = source.sbumpc();
  if (next == kEnd) return false;
  for (; next != kEnd && next != '\n'; next = source.sbumpc()) {
    line.too_long = line.text.size() == kMaxNluLineBytes;
    if (!line.too_long) line.text += static_cast<char>(next);
  }
  return true;
}

Result<nlu::ParseRequest> read_question(std::string_view line) {
  const auto json = parse_json(line);
  if (!json)
    return Error{ErrorClass::permanent,
                 "not a JSON object in UTF-8; needed: {\"text\": \"...\"} on one line"};
  if (!json->is_object() || !json->contains("text") || !(*json)["text"].is_string())
    return Error{ErrorClass::permanent, "no text; needed: {\"text\": \"...\"}"};
  nlu::ParseRequest request;
  for (const auto& [name, member] : {std::pair{"text", &request.text},
                                     {"language", &request.language},
                                     {"now", &request.now},
                                     {"time_zone", &request.time_zone},
                                     {"pending", &request.pending}})
    if (!read_text_member(*json, name, *member))
      return Error{ErrorClass::permanent, std::string(name) + ": not a text"};
  request.now = local_date_time(std::move(request.now));
  return request;
}

std::string write_answer(const nlu::ParseReply& reply, std::string_view text) {
  std::string line;
  JsonWriter out(line);
  out.begin_object();
  out.member("intent", reply.intent.name);
  out.member("confidence", reply.intent.confidence);
  out.key("ranking");
  out.begin_array();
  for (const auto& rival : reply.ranking) {
    out.begin_object();
    out.member("intent", rival.name);
    out.member("confidence", rival.confidence);
    out.end_object();
  }
  out.end_array();
  out.optional_member("topic", reply.topic);
  write_also(out, reply.also);
  out.member("language", reply.language);
  out.key("entities");
  out.begin_array();
  for (const auto& entity : reply.entities) {
    out.begin_object();
    out.member("entity", entity.type);
    out.member("text", entity.text);
    out.member("start", code_points(text, entity.start_byte));
    out.member("end", code_points(text, entity.end_byte));
    out.member("value", entity.value);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return line;
}

std::string write_refusal(std::string_view what) {
  std::string line;
  JsonWriter out(line);
  out.begin_object();
  out.member("error", what);
  out.end_object();
  return line;
}

}  // namespace conserje
