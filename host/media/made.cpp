#include "media/made.hpp"

namespace conserje {
namespace {

constexpr std::string_view kQrCode = "made:qr_code:";
constexpr std::string_view kSpeech = "made:speech:";

}  // namespace

channel::Media to_be_made(const Made& made) {
  if (made.kind == MadeKind::speech)
    return {.kind = "voice", .reference = std::string(kSpeech) + made.of};
  return {.kind = "image",
          .mime_type = "image/png",
          .reference = std::string(kQrCode) + made.of,
          .file_name = made.of + ".png"};
}

std::optional<Made> made_of(const channel::Media& media) {
  const std::string_view reference = media.reference;
  for (const auto& [kind, prefix] :
       {std::pair(MadeKind::qr_code, kQrCode), std::pair(MadeKind::speech, kSpeech)})
    if (reference.starts_with(prefix))
      return Made{kind, std::string(reference.substr(prefix.size()))};
  return std::nullopt;
}

}  // namespace conserje
