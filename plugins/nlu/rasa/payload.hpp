#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/nlu_types.hpp"
#include "conserje/result.hpp"

namespace conserje::rasa {

/// An entity as Rasa reports it. Offsets count characters; the end is exclusive.
struct RasaEntity {
  std::string name{};
  std::string role{};
  std::size_t start = 0;
  std::size_t end = 0;
  std::string value{};  // Where it is a text or a number; empty: an object, or none.
  double confidence = 1;

  bool operator==(const RasaEntity&) const = default;
};

/// What /model/parse says of a message.
struct Parse {
  std::vector<nlu::Intent> ranking{};  // Best first, at most three, without the fallback.
  bool is_fallback = false;            // Rasa itself says that it did not understand.
  std::string topic{};                 // Of a retrieval intent: "wifi" of faq/wifi.
  std::vector<RasaEntity> entities{};  // Each once: the most confident of all extractors.

  bool operator==(const Parse&) const = default;
};

/// Reads an answer of HTTP 200. Errors: retry, no model is loaded; config, it is not Rasa's.
/// Source: https://rasa.com/docs/rasa/pages/http-api (ParseResult)
Result<Parse> read_parse(std::string_view body);

}  // namespace conserje::rasa
