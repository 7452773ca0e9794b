#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "admin/endpoint.hpp"
#include "store/conversations.hpp"

namespace conserje {

/// Bounds of what the staff writes, in bytes.
inline constexpr std::size_t kLongestStaffReply = 4'000;

/// What the area does beside reading; app hands it over. Threads: any, several at once. Errors:
/// those of Database; permanent, it cannot be done as it was asked.
struct ConversationsArea {
  std::string tenant{};
  /// The reference under which it leaves.
  std::function<Result<std::string>(const ConversationRow& to, const std::string& text,
                                    const std::string& key, bool gives_back)>
      reply{};
  std::function<Status(const ConversationRow&)> hand_off{};
  std::function<Status(const ConversationRow&)> give_back{};
};

/// /api/v1/admin/conversations: list, show, turns, reply, hand off, give back. rows: outlives the
/// endpoints.
std::vector<Endpoint> conversation_endpoints(Conversations& rows, ConversationsArea area);

}  // namespace conserje
