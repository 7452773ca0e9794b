// Any bytes as what an IMAP server says; in one piece and in two it says the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "imap_reply.hpp"

namespace {

using conserje::gmail::ImapReader;
using conserje::gmail::ImapReply;

/// false: not IMAP.
bool take_all(ImapReader& reader, std::vector<ImapReply>& out) {
  for (;;) {
    auto next = reader.next();
    if (!next) return false;
    if (!*next) return true;
    out.push_back(**next);
    conserje::gmail::to_error(out.back());
    conserje::gmail::read_internal_date(out.back().text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<ImapReply> whole;
  std::vector<ImapReply> pieces;
  ImapReader one(4096);
  one.feed(bytes);
  const bool is_imap = take_all(one, whole);
  ImapReader two(4096);
  two.feed(bytes.substr(0, size / 2));
  bool is_imap_in_pieces = take_all(two, pieces);
  if (is_imap_in_pieces) {
    two.feed(bytes.substr(size / 2));
    is_imap_in_pieces = take_all(two, pieces);
  }
  if (is_imap && is_imap_in_pieces && whole != pieces) std::abort();
  return 0;
}
