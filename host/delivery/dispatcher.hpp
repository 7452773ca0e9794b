#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "conserje/channel_types.hpp"
#include "conserje/sink_types.hpp"
#include "delivery/shares.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "media/made.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/call.hpp"
#include "store/guests.hpp"
#include "store/notification_logs.hpp"
#include "store/outbox.hpp"

namespace conserje {

/// How replies and events leave: the channel and sink plugins, by their names in the pipeline.
/// Errors: the plugin's.
struct Outlets {
  std::function<Result<channel::SendReply>(const std::string& channel, const CallSpec&,
                                           const channel::SendRequest&)>
      send;
  std::function<Result<sink::DeliverReply>(const std::string& sink, const CallSpec&,
                                           const sink::DeliverRequest&)>
      deliver;
  /// What a channel can carry.
  std::function<Result<channel::Capabilities>(const std::string& channel)> capabilities;
  /// What became of a message, by the provider's own list; nullopt: this channel cannot ask.
  std::function<Result<std::optional<channel::DeliveryStatusReply>>(
      const std::string& channel, const CallSpec&, const channel::DeliveryStatusRequest&)>
      delivery_status;
  /// As send, with the file of request.media; null: files are not sent.
  std::function<Result<channel::SendReply>(const std::string& channel, const CallSpec&,
                                           const channel::SendRequest&, const MadeFile&)>
      send_media{};
  /// The file that a reply names. Errors: those of who makes it.
  std::function<Result<MadeFile>(const Made&, const channel::SendRequest&)> make{};
};

/// Takes what waits in the outbox to channels and sinks. A reply goes out once where the channel's
/// answer was recorded; one whose outcome is unknown waits for the channel's own word, and the
/// provider is asked where that is possible, before it is tried again. What cannot be delivered
/// ends in the dead letters with its reason. Threads: several may call step() at once.
class Dispatcher {
 public:
  /// What a Dispatcher works with; all of it outlives it.
  struct Parts {
    Database& database;
    Outbox& outbox;
    NotificationLogs& notification_logs;
    Guests& guests;
    const Pipeline& pipeline;
    Outlets outlets;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log& log;
    std::string owner;  // Of the leases; unique to this host.
  };

  explicit Dispatcher(Parts parts) : parts_(std::move(parts)) {}

  /// Delivers one item; false: none is due. Errors: those of the store; the item stays.
  Result<bool> step();
  /// When to ask step() again unasked. Errors: those of the store.
  Result<std::optional<WallTime>> next_due();

 private:
  /// A leased item and its target's turn.
  struct Taken;
  Result<std::unique_ptr<Taken>> take();
  Status deliver(const LeasedItem& leased);
  Result<bool> learn_outcome(const LeasedItem& leased);
  Status send_reply(const LeasedItem& leased);
  Result<channel::SendReply> send(const LeasedItem& leased, const CallSpec& spec,
                                  const channel::SendRequest& request);
  Result<channel::SendReply> send_with_file(const LeasedItem& leased, const CallSpec& spec,
                                            channel::SendRequest request, const Made& made);
  Status wait_anew(const LeasedItem& leased);
  Result<bool> needs_template(const LeasedItem& leased, const channel::SendRequest& request) const;
  Status tell_event(const LeasedItem& leased);
  Status try_again_or_bury(const LeasedItem& leased, const RetrySchedule& schedule,
                           const Error& error);
  Status bury(const LeasedItem& leased, const Error& reason);
  Log log_of(const LeasedItem& leased) const;  // Says which message, by its correlation id.

  std::vector<std::string> busy() const {
    return shares_.busy(parts_.pipeline.limits.delivery.workers);
  }

  Parts parts_;
  Shares shares_{};
  std::mutex
      taking_{};  // One looks and takes at a time, or a target would get more than its share.
};

/// What is to be done with an item that could not be delivered. Pure.
enum class Verdict : unsigned char { again, wait_for_word, bury };
/// error: of a reply that was sent. again: `schedule` has room for another try after `attempt`.
Verdict verdict_on_reply(ErrorClass error_class);

}  // namespace conserje
