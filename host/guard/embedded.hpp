#pragma once

#include <span>
#include <string_view>

namespace conserje {

/// A text file compiled into the host by conserje_embed, so that an installed host needs no data
/// folder.
struct EmbeddedFile {
  std::string_view name;  // The file's name without folders, such as "0001_inbox.sql".
  std::string_view text;
};

}  // namespace conserje
