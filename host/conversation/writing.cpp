#include "conversation/writing.hpp"

#include <algorithm>

namespace conserje {
namespace {

/// "+34655010203": a plus sign and 7 to 15 digits, the first of which is not 0.
bool is_e164(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

const Flow* flow_of(const Pipeline& pipeline, std::string_view channel) {
  const auto found = std::ranges::find_if(pipeline.flows, [&](const Flow& flow) {
    return std::ranges::find(flow.channels, channel) != flow.channels.end();
  });
  return found == pipeline.flows.end() ? nullptr : &*found;
}

const std::string* writing_channel(const Pipeline& pipeline, const Flow& flow,
                                   std::string_view channel, std::string_view address) {
  const auto& wanted = flow.confirm_by;
  if (!is_e164(address) || std::ranges::find(wanted, channel) != wanted.end()) return nullptr;
  const auto found = std::ranges::find_if(
      wanted, [&](const std::string& name) { return pipeline.plugin(name) != nullptr; });
  return found == wanted.end() ? nullptr : &*found;
}

Line late_answer(const Pipeline& pipeline, std::string_view channel, std::string_view address) {
  const auto* flow = flow_of(pipeline, channel);
  const bool is_written =
      flow != nullptr && writing_channel(pipeline, *flow, channel, address) != nullptr;
  return {.key = is_written ? "answer.late_in_writing" : "answer.late"};
}

}  // namespace conserje
