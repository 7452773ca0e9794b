#include "store/answers.hpp"

#include "store/outbox.hpp"

namespace conserje {
namespace {

constexpr auto kState = R"sql(
    SELECT state FROM inbox WHERE tenant = $1 AND channel = $2 AND message_id = $3)sql";

constexpr auto kReply = "SELECT payload FROM outbox WHERE reference = $1";

// attempts = 0: nobody has leased it to send it.
constexpr auto kRecord = R"sql(
    UPDATE outbox SET state = 'sent', due_ms = NULL, provider_id = $1
    WHERE reference = $2 AND state = 'pending' AND attempts = 0)sql";

MessageAnswer::State state_of(const Rows& rows) {
  const auto word = rows.empty() ? std::string() : rows.front().text("state");
  return word == "done"   ? MessageAnswer::State::handled
         : word == "dead" ? MessageAnswer::State::given_up
                          : MessageAnswer::State::open;
}

}  // namespace

Result<std::vector<MessageAnswer>> Answers::find(const std::string& tenant,
                                                 const std::string& channel,
                                                 std::span<const std::string> message_ids) {
  return database_.read([&](Transaction& tx) {
    std::vector<MessageAnswer> answers;
    for (const auto& id : message_ids) {
      auto& answer = answers.emplace_back();
      answer.state = state_of(tx.query(kState, tenant, channel, id));
      const auto replies = tx.query(kReply, reply_reference(tenant, channel, id));
      if (!replies.empty()) answer.reply = replies.front().text("payload");
    }
    return answers;
  });
}

Status Answers::record(const std::string& tenant, const std::string& channel,
                       std::span<const std::string> message_ids, const std::string& evidence) {
  return database_.transact([&](Transaction& tx) {
    for (const auto& id : message_ids)
      tx.execute(kRecord, evidence, reply_reference(tenant, channel, id));
  });
}

}  // namespace conserje
