#include <optional>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

/// What the house's own facts say about a topic that its FAQ leaves out.
std::optional<Say> from_facts(const Turn& turn) {
  const std::string& topic = turn.said.topic;
  const Hotel& hotel = turn.pipeline.hotel;
  if (topic == "check_in" && turn.offering.rooms)
    return say("faq.check_in", {{"time", clock_text(hotel.check_in)}});
  if (topic == "check_out" && turn.offering.rooms)
    return say("faq.check_out", {{"time", clock_text(hotel.check_out)}});
  if (topic == "location" && !hotel.address.empty())
    return say("faq.location", {{"address", hotel.address}});
  return std::nullopt;
}

}  // namespace

Step hotel_info(const Turn& turn) {
  if (turn.said.topic.empty()) return then_resume(turn, say("faq.which"));
  const auto topic = turn.pipeline.faq.find(turn.said.topic);
  if (topic == turn.pipeline.faq.end())
    return then_resume(turn, from_facts(turn).value_or(say("faq.unknown")));

  const auto& by_language = topic->second;
  auto text = by_language.find(turn.session.language);
  if (text == by_language.end())
    text = by_language.begin();  // Another language is better than nothing.
  return then_resume(turn, say("faq.answer", {{"text", text->second}}));
}

}  // namespace conserje
