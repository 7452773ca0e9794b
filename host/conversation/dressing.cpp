#include "conversation/dressing.hpp"

#include "media/made.hpp"

namespace conserje {
namespace {

bool shows_code(const Say& say, const Wardrobe& wardrobe) {
  return wardrobe.shows_codes && !say.shows_code.empty();
}

channel::Choice choice_of(const Button& button, const Texts& texts, const std::string& language) {
  return {.id = button.id,
          .title = texts.render(language, {button.key, {}}),
          .description = button.detail ? texts.render(language, *button.detail) : std::string()};
}

channel::Location place_of(const Hotel& hotel) {
  return {.latitude = hotel.location->latitude,
          .longitude = hotel.location->longitude,
          .name = hotel.name,
          .address = hotel.address};
}

}  // namespace

ResponseType response_type(const Say& say, const Wardrobe& wardrobe) {
  return wardrobe.speak.empty() || shows_code(say, wardrobe) ? ResponseType::text
                                                             : ResponseType::audio;
}

void dress(channel::SendRequest& request, const Say& say, const Wardrobe& wardrobe) {
  for (const auto& button : say.buttons)
    request.buttons.push_back(choice_of(button, wardrobe.texts, request.language));
  if (!say.list.empty())
    request.list_title = wardrobe.texts.render(request.language, {say.list, {}});
  if (say.shows_place && wardrobe.hotel.location) request.location = place_of(wardrobe.hotel);
  if (response_type(say, wardrobe) == ResponseType::audio) {
    request.media = to_be_made({MadeKind::speech, wardrobe.speak});
  } else if (shows_code(say, wardrobe)) {
    request.media = to_be_made({MadeKind::qr_code, say.shows_code});
  }
}

}  // namespace conserje
