#pragma once

#include <string>
#include <vector>

#include "answers.hpp"
#include "entities.hpp"

// What the tests of the grammars share: a message in, one line for each entity out.
namespace conserje::nlu::testing_support {

/// A Friday.
constexpr const char* kNow = "2026-11-20T10:00:00";

inline const Grammars& grammars() {
  static const Grammars all;
  return all;
}

inline std::vector<Entity> read(const std::string& message, Language language,
                                const std::string& pending = "", const std::string& now = kNow) {
  const Text text = read_text(message);
  Chart chart = read_chart(text, language, grammars());
  read_answer(chart, pending,
              [](std::string_view word) { return word == "quiero" || word == "cancelar"; });
  std::vector<Entity> entities;
  for (const Item& item : choose(chart))
    if (auto entity = to_entity(item, text, *read_local_time(now)))
      entities.push_back(*std::move(entity));
  return entities;
}

/// "2026-12-10", "2026-12-10..2026-12-12", "8:00|20:00" with alternatives, "5400 s", or the value
/// as JSON.
inline std::string shown(const Json& value) {
  if (!value.is_object() || !value.contains("kind"))
    return value.is_string() ? value.get<std::string>() : value.dump();
  if (value["kind"] == "duration")
    return std::to_string(static_cast<long>(value["seconds"].get<double>())) + " s";
  const auto one = [&](const Json& reading) {
    const std::string start = reading.value("start", ""), end = reading.value("end", "");
    return value["kind"] == "range" ? start + ".." + end : start;
  };
  if (!value.contains("alternatives")) return one(value);
  std::string all;
  for (const Json& reading : value["alternatives"]) all += (all.empty() ? "" : "|") + one(reading);
  return all;
}

/// Every entity as "type value", joined by "; ".
inline std::string summary(const std::string& message, Language language,
                           const std::string& pending = "", const std::string& now = kNow) {
  std::string all;
  for (const Entity& entity : read(message, language, pending, now))
    all += (all.empty() ? "" : "; ") + entity.type + " " + shown(entity.value);
  return all;
}

}  // namespace conserje::nlu::testing_support
