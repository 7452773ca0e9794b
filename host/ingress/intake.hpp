#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel_types.hpp"
#include "guard/flood_gauge.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "store/inbox.hpp"

namespace conserje {

/// What a channel plugin handed over: the parts of WebhookEvents (channel.v1.json)
/// that are stored. Each message keeps the JSON that the plugin wrote.
struct IncomingEvents {
  struct Message {
    std::string id{};
    std::string account{};
    std::string sender_id{};
    std::string type{};
    std::string json{};
    std::string language{};

    bool operator==(const Message&) const = default;
  };
  std::vector<Message> messages{};
  std::vector<channel::DeliveryStatus> statuses{};
  std::vector<channel::Notice> notices{};
  channel::HttpAnswer answer{};
  std::optional<channel::Question> question{};  // The sender waits for what is said to `messages`.

  bool operator==(const IncomingEvents&) const = default;
};

/// Reads plugins' replies, without a tree and with buffers that it keeps. Threads: one at a time.
class EventReader {
 public:
  EventReader();
  ~EventReader();

  /// Errors: bug, the plugin wrote what the schema does not allow.
  Result<IncomingEvents> read(std::string_view json);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

/// The same, once.
Result<IncomingEvents> read_events(std::string_view json);

/// How long a sender's question may wait; a plugin that asks for more gets this.
inline constexpr Millis kLongestQuestion{60'000};

/// Where messages enter: resolves the tenant, and stores a whole delivery in one commit. Threads:
/// any.
class Intake {
 public:
  /// All outlive the Intake.
  Intake(std::string tenant, Inbox& inbox, Metrics& metrics, Log& log)
      : tenant_(std::move(tenant)), inbox_(inbox), metrics_(metrics), log_(log) {}

  /// Stores what came through `channel`. `on_durable` runs once, as Inbox::accept_all says; at once
  /// when there is nothing to store. answer_by: until when their sender waits for what is said.
  void accept(const std::string& channel, IncomingEvents events, std::string_view correlation_id,
              WallTime at, std::optional<WallTime> answer_by, Inbox::OnDurable on_durable);

  /// Deliveries come faster than they could be handled: 1,000 a second or more.
  bool flooded(WallTime now) const { return arrivals_.flooded(now); }

 private:
  FloodGauge arrivals_{50, Millis(50)};
  std::string tenant_;
  Inbox& inbox_;
  Metrics& metrics_;
  Log& log_;
};

}  // namespace conserje
