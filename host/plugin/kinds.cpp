#include "plugin/kinds.hpp"

#include "conserje/channel_types.hpp"
#include "conserje/nlu_types.hpp"
#include "conserje/pms_types.hpp"
#include "conserje/sink_types.hpp"
#include "conserje/speech_types.hpp"

namespace conserje {
namespace {

constexpr KindMethod kChannelMethods[] = {{"send", channel::method::send},
                                          {"send_media", channel::method::send_media},
                                          {"fetch_media", channel::method::fetch_media},
                                          {"list_since", channel::method::list_since},
                                          {"restart", channel::method::restart},
                                          {"delivery_status", channel::method::delivery_status},
                                          {"answer", channel::method::answer},
                                          {"handle_webhook", channel::method::handle_webhook},
                                          {"health", channel::method::health},
                                          {"capabilities", channel::method::capabilities}};
constexpr KindMethod kPmsMethods[] = {{"availability", pms::method::availability},
                                      {"create", pms::method::create},
                                      {"retrieve", pms::method::retrieve},
                                      {"find", pms::method::find},
                                      {"modify", pms::method::modify},
                                      {"cancel", pms::method::cancel},
                                      {"arrivals", pms::method::arrivals},
                                      {"tables", pms::method::tables}};
constexpr KindMethod kSinkMethods[] = {{"deliver", sink::method::deliver}};
constexpr KindMethod kNluMethods[] = {{"parse", nlu::method::parse}};
constexpr KindMethod kSpeechMethods[] = {{"transcribe", speech::method::transcribe},
                                         {"synthesise", speech::method::synthesise}};

constexpr Kind kKinds[] = {{"channel", CJ_KIND_CHANNEL, 1, kChannelMethods},
                           {"pms", CJ_KIND_PMS, 1, kPmsMethods},
                           {"sink", CJ_KIND_SINK, 1, kSinkMethods},
                           {"nlu", CJ_KIND_NLU, 1, kNluMethods},
                           {"speech", CJ_KIND_SPEECH, 1, kSpeechMethods}};

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace conserje
