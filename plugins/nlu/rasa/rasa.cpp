#include "rasa.hpp"

#include <algorithm>
#include <utility>

#include "conserje/url.hpp"

namespace conserje::rasa {
namespace {

using nlu::ParseReply;
using nlu::ParseRequest;

/// What the dialogue takes for none of its intents.
constexpr std::string_view kNothing = "out_of_scope";

std::string renamed(const std::vector<Renaming>& renamings, const std::string& name) {
  const auto found = std::ranges::find(renamings, name, &Renaming::from);
  return found == renamings.end() ? name : found->to;
}

}  // namespace

Result<std::unique_ptr<Rasa>> Rasa::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  if (!config->token.empty() && !config->jwt.empty())
    return Error{ErrorClass::config,
                 "rasa: token and jwt; operator: one of them, as the server wants"};
  auto embedded = nlu::Embedded::create();
  if (!embedded) return embedded.error();
  return std::unique_ptr<Rasa>(new Rasa(host, *std::move(config), *std::move(embedded)));
}

Result<ParseReply> Rasa::ask(const Call& call, const ParseRequest& request, const ParseReply& own) {
  const auto parse = fetch(call, request);
  if (!parse) return parse.error();
  ParseReply reply{
      .language = own.language,
      .topic = parse->topic,
      .entities = nlu::merged(embedded(), request, own.entities, found_in(request.text, *parse))};
  for (const auto& [name, confidence] : parse->ranking)
    reply.ranking.push_back({renamed(config_.intents, name), confidence});
  reply.intent = reply.ranking.empty() ? nlu::Intent{std::string(kNothing), 0} : reply.ranking[0];
  if (parse->is_fallback)
    reply.intent.confidence = std::min(reply.intent.confidence, nlu::kNotUnderstood);
  return reply;
}

Result<Parse> Rasa::fetch(const Call& call, const ParseRequest& request) const {
  std::string url = config_.url + "/model/parse";
  std::vector<http::HttpHeader> headers{{"content-type", "application/json"}};
  for (const auto& handle : {config_.token, config_.jwt}) {
    if (handle.empty()) continue;
    const auto secret = host().secret(handle);
    if (!secret) return secret.error();
    if (handle == config_.jwt) headers.push_back({"authorization", "Bearer " + *secret});
    if (handle == config_.token) url += "?token=" + url::percent_encoded(*secret);
  }
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  out.member("text", request.text);
  out.end_object();
  const auto response = nlu::send(host(), call,
                                  {.method = "POST",
                                   .url = std::move(url),
                                   .headers = std::move(headers),
                                   .timeout_ms = config_.timeout_ms},
                                  body);
  if (!response) return response.error();
  if (auto error = nlu::http_error(*response, "rasa")) return *std::move(error);
  return read_parse(response->body);
}

/// Rasa's characters as our bytes; what lies outside of the message is left out.
std::vector<nlu::Found> Rasa::found_in(std::string_view text, const Parse& parse) const {
  const auto starts = nlu::character_starts(text);
  std::vector<nlu::Found> found;
  for (const auto& entity : parse.entities)
    if (entity.end < starts.size())
      found.push_back({.type = renamed(config_.entities, entity.name),
                       .begin = starts[entity.start],
                       .end = starts[entity.end],
                       .value = entity.value,
                       .confidence = entity.confidence});
  return found;
}

}  // namespace conserje::rasa
