#include "store/settled.hpp"

namespace conserje {
namespace {

// A row with a due_ms is open (lane_queue.hpp).
constexpr std::string_view kOpenMessages = R"sql(
    SELECT count(*) AS open FROM inbox
     WHERE tenant = $1 AND channel = $2 AND message_id = $3 AND due_ms IS NOT NULL)sql";
constexpr std::string_view kOpenItems = R"sql(
    SELECT count(*) AS open FROM outbox
     WHERE due_ms IS NOT NULL AND tenant = $1 AND cause = $2 AND kind = 'reply')sql";

}  // namespace

Result<bool> is_settled(Database& database, const std::string& tenant, const std::string& channel,
                        const std::string& message_id) {
  return database.read([&](Transaction& tx) {
    return tx.query(kOpenMessages, tenant, channel, message_id).front().integer("open") == 0 &&
           tx.query(kOpenItems, tenant, message_id).front().integer("open") == 0;
  });
}

}  // namespace conserje
