#pragma once

#include "conserje/channel_types.hpp"

namespace conserje {

/// What a message asks of us, by its type.
enum class Treatment : unsigned char { understand, welcome, cannot_read, staff_wrote, none };
Treatment treatment_of(const channel::UnifiedMessage& message);

bool is_voice_note(const channel::UnifiedMessage& message);

/// What a receipt may be: a picture or a file, without words.
bool shows_a_document(const channel::UnifiedMessage& message);

}  // namespace conserje
