#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../common/understanding.hpp"
#include "conserje/host.hpp"
#include "conserje/result.hpp"

/// A model's answers. Pure. Source: https://platform.openai.com/docs/api-reference/chat/object
namespace conserje::llm {

/// A stretch that the model says the message has.
struct Mention {
  std::string type{};
  std::string text{};

  bool operator==(const Mention&) const = default;
};

/// What a model made of a message; each name is one of question.hpp.
struct Understanding {
  std::string intent{};
  std::string topic{};     // Empty: none.
  std::string language{};  // Two letters; empty: not said.
  std::vector<Mention> mentions{};

  bool operator==(const Understanding&) const = default;
};

/// Reads an answer of HTTP 200: a call of our tool, the content, or the first object in it. Errors:
/// permanent, it was cut off, filtered or refused; retry, it has not our form; config, it is no
/// chat completion.
Result<Understanding> read_answer(std::string_view body);

/// The first balanced JSON object in `text`, which models put into fences and between sentences;
/// empty: none.
std::string_view first_object(std::string_view text);

/// Where the mentions stand in `text`, each at a place of its own; what does not stand there was
/// made up, and is left out.
std::vector<nlu::Found> places_of(const std::vector<Mention>& mentions, std::string_view text);

/// Which parameter of the request a server does not know.
enum class Refused : std::uint8_t { nothing, temperature, form };
Refused refused_by(const HttpResponse& response);

}  // namespace conserje::llm
