#include <optional>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

/// What the house's own facts say about a topic that its FAQ leaves out.
std::optional<Say> from_facts(const Turn& turn, const std::string& topic) {
  const Hotel& hotel = turn.pipeline.hotel;
  if (topic == "check_in" && turn.offering.rooms)
    return say("faq.check_in", {{"time", clock_text(hotel.check_in)}});
  if (topic == "check_out" && turn.offering.rooms)
    return say("faq.check_out", {{"time", clock_text(hotel.check_out)}});
  if (topic == "location" && !hotel.address.empty())
    return say("faq.location", {{"address", hotel.address}});
  return std::nullopt;
}

/// From the FAQ first, then from the house's own facts.
Say in_words(const Turn& turn, const std::string& topic) {
  const auto answer = turn.pipeline.faq.find(topic);
  if (answer == turn.pipeline.faq.end())
    return from_facts(turn, topic).value_or(say("faq.unknown"));

  const auto& by_language = answer->second;
  auto text = by_language.find(turn.session.language);
  if (text == by_language.end())
    text = by_language.begin();  // Another language is better than nothing.
  return say("faq.answer", {{"text", text->second}});
}

}  // namespace

Say about_house(const Turn& turn, const std::string& topic) {
  Say answer = in_words(turn, topic);
  answer.shows_place = topic == "location" && turn.pipeline.hotel.location.has_value();
  return answer;
}

Step hotel_info(const Turn& turn) {
  if (turn.said.topic.empty()) return then_resume(turn, say("faq.which"));
  return then_resume(turn, about_house(turn, turn.said.topic));
}

}  // namespace conserje
