#pragma once

#include <functional>
#include <map>
#include <string>

#include "conserje/channel_types.hpp"
#include "conserje/nlu_types.hpp"
#include "conversation/contact.hpp"
#include "conversation/engine.hpp"
#include "conversation/texts.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "store/acts.hpp"
#include "store/flags.hpp"
#include "store/guests.hpp"
#include "store/inbox.hpp"
#include "store/media_files.hpp"
#include "store/notification_logs.hpp"
#include "store/outbox.hpp"
#include "store/sessions.hpp"

namespace conserje {

/// Asks an nlu plugin, by its name in the pipeline.
using Understand =
    std::function<Result<nlu::ParseReply>(const std::string& plugin, const nlu::ParseRequest&)>;

/// Asks a speech plugin, by its name in the pipeline, what is said in a guest's file; within
/// kLongestListening, for which the message stays leased.
using Transcribe = std::function<Result<std::string>(
    const std::string& plugin, const MediaFile& file, const std::string& language)>;

inline constexpr Millis kLongestListening{180'000};

/// Turns messages into replies: leases a guest's oldest message, lets the engine decide, and stores
/// session, replies, events and "handled" in one transaction. A crash at any point repeats the
/// message with the same effect: replies and events have ids derived from the message's, and a
/// write to the PMS stands in the journal before it runs. Threads: several may call step() at once.
class Worker {
 public:
  /// What a Worker works with; all of it outlives it.
  struct Parts {
    Database& database;
    Inbox& inbox;
    Outbox& outbox;
    Sessions& sessions;
    Guests& guests;
    Acts& acts;
    Reservations& reservations;
    NotificationLogs& notification_logs;
    MediaFiles& media_files;
    const Pipeline& pipeline;
    const Texts& texts;
    Understand understand;
    Transcribe transcribe;
    std::map<std::string, Gateway*> gateways;  // By the PMS plugin's name.
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log& log;
    std::string owner;      // Of the leases; unique to this host.
    std::string guest_key;  // The tenant's key of guest hashes.
    /// Told of each message whose sender waits for the answer, once what came of it is durable.
    std::function<void(const std::string& channel, const std::string& message_id)> answered{};
  };

  explicit Worker(Parts parts)
      : parts_(std::move(parts)), flags_(parts_.database, parts_.clock, parts_.pipeline.flags) {}

  /// Handles one message; false: none is due. Errors: those of the store; the message stays.
  Result<bool> step();
  /// What is changed here counts for the next message.
  Flags& flags() { return flags_; }

 private:
  struct Work;    // One message on its way.
  struct Effect;  // What its transaction stores.

  Status handle(const LeasedMessage& leased);
  Status recognise(Work& work);
  static WallTime last_inbound_of(const Work& work);
  Result<Effect> effect_of(Work& work);
  Status listen(Work& work, const Session& session);
  Result<Effect> converse(const Work& work, Session session);
  Result<Effect> carry_out(const Work& work, Session session, const Proposal& proposal);
  Result<Said> hear(const Work& work, const Session& session, std::string& language);
  Result<Said> hear_request(const Work& work, std::string& language);
  Result<nlu::ParseReply> parse(const Work& work, std::string text, std::string language,
                                std::string pending);
  std::vector<OutboxItem> replies(const Work& work, const Effect& effect);
  static Contact contact_of(const Work& work, const Effect& effect);
  Status commit(const Work& work, const Effect& effect);
  Status wait_for_turn(const Work& work);
  Status give_up_or_retry(const Work& work, const Error& error);
  void count(const Said& said, const Outcome& outcome);

  Parts parts_;
  Flags flags_;
};

}  // namespace conserje
