#include "conversation/treatment.hpp"

#include <algorithm>
#include <array>

namespace conserje {

Treatment treatment_of(const channel::UnifiedMessage& message) {
  if (!message.group_id.empty() || message.automated) return Treatment::none;
  if (message.type == "echo") return Treatment::staff_wrote;
  if (message.type == "request_welcome") return Treatment::welcome;
  constexpr std::array<std::string_view, 5> kSilent = {"reaction", "edit", "revoke", "system",
                                                       "transcript"};
  if (std::ranges::find(kSilent, message.type) != kSilent.end()) return Treatment::none;
  if (message.choice || message.request || !message.text.empty()) return Treatment::understand;
  return Treatment::cannot_read;
}

bool is_voice_note(const channel::UnifiedMessage& message) {
  return message.text.empty() && message.media &&
         (message.media->kind == "voice" || message.media->kind == "audio");
}

bool shows_a_document(const channel::UnifiedMessage& message) {
  return message.media && (message.media->kind == "image" || message.media->kind == "document");
}

}  // namespace conserje
