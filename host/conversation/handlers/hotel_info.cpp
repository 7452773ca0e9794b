#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step hotel_info(const Turn& turn) {
  const auto topic = turn.pipeline.faq.find(turn.said.topic);
  if (topic == turn.pipeline.faq.end()) return then_resume(turn, say("faq.unknown"));

  const auto& by_language = topic->second;
  auto text = by_language.find(turn.session.language);
  if (text == by_language.end())
    text = by_language.begin();  // Another language is better than nothing.
  return then_resume(turn, say("faq.answer", {{"text", text->second}}));
}

}  // namespace conserje
