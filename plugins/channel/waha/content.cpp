#include "content.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "jid.hpp"
#include "vcard.hpp"

namespace conserje::waha {
namespace {

using channel::UnifiedMessage;
using document::Value;

/// WhatsApp's own message inside the engine's: NOWEB and GOWS.
Value protobuf(Value payload) {
  const Value raw = payload["_data"];
  return raw["message"] ? raw["message"] : raw["Message"];
}

struct RawKind {
  std::string_view protobuf;  // NOWEB, GOWS
  std::string_view type;      // WEBJS, WPP: _data.type
  std::string_view kind;      // Ours.
};
constexpr RawKind kRawKinds[] = {
    {"imageMessage", "image", "image"},      {"videoMessage", "video", "video"},
    {"ptvMessage", "ptv", "video"},          {"audioMessage", "ptt", "voice"},
    {"audioMessage", "audio", "audio"},      {"documentMessage", "document", "document"},
    {"stickerMessage", "sticker", "sticker"}};

/// A voice note, unless the engine says that it is a file with sound.
std::string_view sound_kind(Value payload, std::string_view mime_type) {
  const Value audio = protobuf(payload)["audioMessage"];
  const Value ptt = audio["ptt"] ? audio["ptt"] : audio["PTT"];
  const bool is_note = ptt ? ptt.flag() : payload["_data"]["type"].view() != "audio";
  return is_note && mime_type.starts_with("audio/ogg") ? "voice" : "audio";
}

std::string_view media_kind(Value payload, std::string_view mime_type) {
  if (mime_type == "image/webp") return "sticker";
  if (mime_type.starts_with("image/")) return "image";
  if (mime_type.starts_with("video/")) return "video";
  if (mime_type.starts_with("audio/")) return sound_kind(payload, mime_type);
  if (!mime_type.empty()) return "document";
  for (const auto& raw : kRawKinds)  // Not downloaded: WAHA does not say what it is.
    if (protobuf(payload)[raw.protobuf] || payload["_data"]["type"].view() == raw.type)
      return raw.kind;
  return "document";
}

void map_media(Value payload, UnifiedMessage& out) {
  const Value file = payload["media"];
  const auto mime_type = file["mimetype"].view();
  const auto url = file ? file["url"].view() : payload["mediaUrl"].view();
  out.type = "media";
  out.text = payload["body"].view();
  out.media = channel::Media{
      .kind = std::string(media_kind(payload, mime_type)),
      .mime_type = std::string(mime_type.substr(0, mime_type.find(';'))),
      .reference = payload["id"].text(),
      .url = std::string(url),
      .file_name = std::string(file["filename"].view()),
      .caption = out.text,
  };
  if (const Value error = file["error"]) out.metadata["media_error"] = error.tree();
  if (const Value bucket = file["s3"]) out.metadata["s3"] = bucket.tree();
}

void map_unsupported(Value payload, UnifiedMessage& out) {
  out.type = "unsupported";
  const auto type = payload["_data"]["type"].view();
  if (!type.empty()) out.metadata["vendor_type"] = type;
  const Json content = protobuf(payload).tree();
  if (!content.is_object()) return;
  if (type.empty() && !content.empty()) out.metadata["vendor_type"] = content.begin().key();
  out.metadata["content"] = content;
}

bool map_location(Value place, UnifiedMessage& out) {
  const auto latitude = place["latitude"].number();
  const auto longitude = place["longitude"].number();
  if (!latitude || !longitude) return false;
  const auto name = place["name"] ? place["name"].view() : place["description"].view();
  out.type = "location";
  out.location = channel::Location{
      .latitude = *latitude,
      .longitude = *longitude,
      .name = std::string(name),
      .address = std::string(place["address"].view()),
      .url = std::string(place["url"].view()),
  };
  if (place["live"].flag()) out.metadata["live"] = true;
  return true;
}

bool map_contacts(Value cards, UnifiedMessage& out) {
  for (const Value card : cards)
    std::ranges::move(read_vcards(card.view()), std::back_inserter(out.contacts));
  if (out.contacts.empty()) return false;
  if (out.contacts.size() > kMostCards) out.contacts.resize(kMostCards);
  out.type = "contacts";
  for (const auto& contact : out.contacts)
    out.text += (out.text.empty() ? "" : ", ") + contact.name;
  return true;
}

/// The id of the row or button that the guest chose; empty: none, or the engine does not tell.
std::string_view chosen_id(Value payload) {
  const Value raw = protobuf(payload);
  const Value row = raw["listResponseMessage"]["singleSelectReply"];
  for (const Value id : {row["selectedRowId"], row["selectedRowID"],
                         raw["buttonsResponseMessage"]["selectedButtonId"],
                         raw["buttonsResponseMessage"]["selectedButtonID"],
                         raw["templateButtonReplyMessage"]["selectedId"],
                         raw["templateButtonReplyMessage"]["selectedID"]})
    if (!id.view().empty()) return id.view();
  return {};
}

}  // namespace

void map_content(Value payload, UnifiedMessage& out) {
  const auto body = payload["body"].view();
  const auto chosen = chosen_id(payload);
  if (map_location(payload["location"], out)) {
    if (!body.empty()) out.text = body;
  } else if (map_contacts(payload["vCards"], out)) {
    return;
  } else if (payload["hasMedia"].flag() || payload["media"].is_object()) {
    map_media(payload, out);
  } else if (!chosen.empty()) {
    out.type = "choice";
    out.text = body;
    out.choice = channel::Choice{.id = std::string(chosen), .title = std::string(body)};
  } else if (!body.empty()) {
    out.type = "text";
    out.text = body;
  } else {
    map_unsupported(payload, out);
  }
}

std::string_view quoted_id(Value payload) {
  const Value reply = payload["replyTo"];
  if (reply.is_object()) return parse_message_id(reply["id"].view()).bare;
  // Older versions leave it in the engine's own message.
  const Value context = protobuf(payload)["extendedTextMessage"]["contextInfo"];
  for (const Value id :
       {context["stanzaId"], context["stanzaID"], payload["_data"]["quotedStanzaID"]})
    if (!id.view().empty()) return id.view();
  return {};
}

std::int64_t to_ms(Value timestamp, std::int64_t otherwise) {
  constexpr double kFirstMs = 100'000'000'000;  // As seconds: the year 5138.
  constexpr double kLastMs = 100'000'000'000'000;
  const auto value = timestamp.number();
  if (!value || *value <= 0 || *value >= kLastMs) return otherwise;
  return static_cast<std::int64_t>(*value >= kFirstMs ? *value : *value * 1000);
}

}  // namespace conserje::waha
