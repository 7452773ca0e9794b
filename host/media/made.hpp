#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conserje/channel_types.hpp"

/// Files that the host makes itself when a reply leaves. The reply only names what shall be made,
/// so that the outbox keeps words and no bytes, and a channel that cannot carry a file costs
/// nothing.
namespace conserje {

enum class MadeKind : unsigned char {
  qr_code,  // `of`: the text that it holds.
  speech,   // `of`: the speech plugin that says the reply's text.
};

struct Made {
  MadeKind kind = MadeKind::qr_code;
  std::string of{};

  bool operator==(const Made&) const = default;
};

/// A file with its bytes.
struct MadeFile {
  std::string mime_type{};
  std::string bytes{};

  bool operator==(const MadeFile&) const = default;
};

/// The media of a reply that stands for a file to be made. Pure.
channel::Media to_be_made(const Made& made);

/// What is to be made for it; nullopt: it is a file as it stands. Pure.
std::optional<Made> made_of(const channel::Media& media);

}  // namespace conserje
