#pragma once

#include <string>

#include "conserje/channel_types.hpp"
#include "conversation/texts.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// In what a guest is answered.
enum class ResponseType : unsigned char { text, audio };

/// What decides how a reply looks.
struct Wardrobe {
  const Texts& texts;
  const Hotel& hotel;
  bool shows_codes = false;  // Reservations as QR codes.
  std::string speak{};       // The plugin that speaks to a guest who spoke; empty: it is written.
};

/// Audio for who spoke, where somebody can speak; but what is to be shown is shown. Pure.
ResponseType response_type(const Say& say, const Wardrobe& wardrobe);

/// Gives `request`, which has its text and its language, all that `say` has beside its lines:
/// buttons, a list, the place, a code, a voice. Channels that cannot carry it leave it out.
void dress(channel::SendRequest& request, const Say& say, const Wardrobe& wardrobe);

}  // namespace conserje
