#include "example.hpp"

#include <string_view>

namespace example {

void read(const conserje::Json& json, Config& config) {
  conserje::expect_object(json, "config");
  conserje::read_optional_member(json, "language", config.language);
}

namespace {

using conserje::Call;
using conserje::Host;
using conserje::Json;
using conserje::Result;
using conserje::nlu::ParseReply;
using conserje::nlu::ParseRequest;

/// A word's beginning in any of the languages, and what it stands for.
struct Keyword {
  std::string_view word;
  std::string_view intent;
};
constexpr Keyword kKeywords[] = {
    {"reserv", "make_reservation"},    {"book", "make_reservation"},
    {"cancel", "cancel_reservation"},  {"dispon", "check_availability"},
    {"availab", "check_availability"}, {"wifi", "hotel_info"}};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

Result<std::unique_ptr<Example>> Example::create(Host, const Json& json) {
  auto config = conserje::decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Example>(new Example(*std::move(config)));
}

Result<ParseReply> Example::parse(const Call&, const ParseRequest& request) {
  ParseReply reply;
  reply.language = request.language.empty() ? config_.language : request.language;
  reply.intent = {.name = "fallback", .confidence = 0.1};
  const auto text = lower(request.text);
  for (const auto& [word, intent] : kKeywords)
    if (text.find(word) != std::string::npos) {
      reply.intent = {.name = std::string(intent), .confidence = 0.8};
      break;
    }
  return reply;
}

}  // namespace example
