#include "app/emitter.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "guard/ids.hpp"
#include "store/settled.hpp"

namespace conserje {
namespace {

constexpr Millis kUnbounded{30'000};  // For a plugin that sets no deadline.

IncomingEvents to_events(channel::EmitRequest request) {
  IncomingEvents events{.statuses = std::move(request.statuses),
                        .notices = std::move(request.notices)};
  for (const auto& message : request.messages)
    events.messages.push_back({.id = message.id,
                               .account = message.account,
                               .sender_id = message.sender_id,
                               .type = message.type,
                               .json = encode(message)});
  return events;
}

}  // namespace

Result<channel::EmitReply> Emitter::emit(std::string_view plugin, const CallSpec& call,
                                         channel::EmitRequest request) {
  const std::string channel(plugin);
  const auto deadline =
      call.deadline == MonotonicTime{} ? clock_.monotonic() + kUnbounded : call.deadline;
  const bool wait = request.wait;
  const bool stop = request.stop_host;
  std::vector<std::string> ids;
  for (const auto& message : request.messages) ids.push_back(message.id);
  const auto correlation = ids.empty() ? std::string() : derived_id("c_", {channel, ids.front()});

  auto stored = std::make_shared<std::optional<Result<std::int64_t>>>();  // Guarded by mutex_.
  intake_.accept(channel, to_events(std::move(request)), correlation, clock_.now(), std::nullopt,
                 [this, stored](Result<std::int64_t> result) {
                   {
                     const std::lock_guard lock(mutex_);
                     *stored = std::move(result);
                   }
                   changed_.notify_all();
                 });
  if (!wait_for(deadline, [&] { return stored->has_value(); }))
    return Error{ErrorClass::retry, "the store did not answer in time, or the host stops"};
  if (!**stored) return (*stored)->error();

  channel::EmitReply reply{.stored = ***stored, .handled = true};
  if (wait) {
    const auto settled = wait_until_settled(channel, ids, deadline);
    if (!settled) return settled.error();
    reply.handled = *settled;
  }
  if (stop) stop_host_();
  return reply;
}

bool Emitter::wait_for(MonotonicTime deadline, const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return stopped_ || done(); });
  return done();
}

Result<bool> Emitter::wait_until_settled(const std::string& channel,
                                         const std::vector<std::string>& ids,
                                         MonotonicTime deadline) {
  for (const auto& id : ids) {
    while (true) {
      std::uint64_t seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = progress_;
      }
      const auto settled = is_settled(database_, tenant_, channel, id);
      if (!settled) return settled.error();
      if (*settled) break;
      if (!wait_for(deadline, [&] { return progress_ != seen; })) return false;
    }
  }
  return true;
}

void Emitter::progressed() {
  {
    const std::lock_guard lock(mutex_);
    ++progress_;
  }
  changed_.notify_all();
}

void Emitter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

}  // namespace conserje
