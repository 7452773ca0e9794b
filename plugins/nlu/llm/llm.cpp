#include "llm.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace conserje::llm {
namespace {

using nlu::ParseReply;
using nlu::ParseRequest;

/// What models say of their own certainty is not calibrated, so it is not asked for.
constexpr double kTrusted = 0.8;
constexpr double kDisputed = 0.5;  // The dialogue asks back.
constexpr double kSure = 0.6;      // From here on the embedded engine's word counts.
constexpr int kMostAttempts = 5;   // Four ways, and one without temperature.
constexpr std::int64_t kLeastTime_ms = 100;

Way first_way(const Config& config) {
  if (config.structure == "tool") return Way::tool;
  return config.structure == "json_object" ? Way::json_object : Way::json_schema;
}

std::vector<nlu::Intent> ranked(const nlu::Intent& intent, const ParseReply& own) {
  std::vector<nlu::Intent> ranking{intent};
  for (const auto& [name, confidence] : own.ranking)
    if (name != intent.name && ranking.size() < 3)
      ranking.push_back({name, std::min(confidence, 1 - intent.confidence)});
  return ranking;
}

}  // namespace

Result<std::unique_ptr<Llm>> Llm::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  auto embedded = nlu::Embedded::create();
  if (!embedded) return embedded.error();
  const auto way = first_way(*config);
  return std::unique_ptr<Llm>(new Llm(host, *std::move(config), way, *std::move(embedded)));
}

Result<ParseReply> Llm::ask(const Call& call, const ParseRequest& request, const ParseReply& own) {
  const auto response = converse(call, request.text);
  if (!response) return response.error();
  if (auto error = nlu::http_error(*response, "llm")) return *std::move(error);
  const auto said = read_answer(response->body);
  if (!said) return said.error();

  const bool is_disputed = own.intent.name != said->intent && own.intent.confidence >= kSure;
  const nlu::Intent intent{said->intent, is_disputed ? kDisputed : kTrusted};
  const bool own_topic = said->topic.empty() && own.intent.name == said->intent;
  return ParseReply{.language = said->language.empty() ? own.language : said->language,
                    .intent = intent,
                    .ranking = ranked(intent, own),
                    .topic = own_topic ? own.topic : said->topic,
                    .entities = nlu::merged(embedded(), request, own.entities,
                                            places_of(said->mentions, request.text))};
}

/// Asks in the way that the server took last; in the next ones where it refuses that.
Result<HttpResponse> Llm::converse(const Call& call, const std::string& text) {
  const auto timeout_ns = static_cast<std::uint64_t>(config_.timeout_ms) * 1'000'000;
  const auto end_ns = host().monotonic_ns() + timeout_ns;
  Question question{.model = config_.model,
                    .text = text,
                    .marker = marker(),
                    .way = way_,
                    .with_temperature = takes_temperature_,
                    .tokens_field = config_.tokens_field,
                    .max_tokens = config_.max_tokens};
  for (int attempt = 1;; ++attempt) {
    const auto now_ns = host().monotonic_ns();
    const auto left_ms = now_ns < end_ns ? static_cast<std::int64_t>((end_ns - now_ns) / 1'000'000)
                                         : std::int64_t{0};
    if (left_ms < kLeastTime_ms) return Error{ErrorClass::deadline, "llm: no answer in time"};
    auto response = post(call, question, left_ms);
    if (!response) return response;
    if (attempt < kMostAttempts && adapt(*response, question)) continue;
    if (response->status >= 200 && response->status <= 299) {
      way_ = question.way;
      takes_temperature_ = question.with_temperature;
    }
    return response;
  }
}

Result<HttpResponse> Llm::post(const Call& call, const Question& question,
                               std::int64_t timeout_ms) const {
  std::vector<http::HttpHeader> headers{{"content-type", "application/json"}};
  if (!config_.api_key.empty()) {
    const auto key = host().secret(config_.api_key);
    if (!key) return key.error();
    headers.push_back({"authorization", "Bearer " + *key});
  }
  return nlu::send(host(), call,
                   {.method = "POST",
                    .url = config_.url + "/chat/completions",
                    .headers = std::move(headers),
                    .timeout_ms = timeout_ms},
                   to_body(question));
}

/// Whether the question was changed to something that the server may take.
bool Llm::adapt(const HttpResponse& response, Question& question) const {
  const auto refused = refused_by(response);
  if (refused == Refused::temperature && question.with_temperature) {
    question.with_temperature = false;
    return true;
  }
  const bool has_another_way = config_.structure == "auto" && question.way != kLastWay;
  if (refused == Refused::nothing || !has_another_way) return false;
  question.way = static_cast<Way>(static_cast<int>(question.way) + 1);
  return true;
}

/// 64 bits that no guest can guess, so that no message ends itself.
std::string Llm::marker() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::byte, 8> bytes{};
  host().random(bytes);
  std::string text = "guest";
  for (const auto byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    text += kDigits[std::to_integer<unsigned>(byte) & 0xFU];
  }
  return text;
}

}  // namespace conserje::llm
