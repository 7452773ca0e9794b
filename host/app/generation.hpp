#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "conversation/desk.hpp"
#include "conversation/reviews.hpp"
#include "conversation/texts.hpp"
#include "conversation/worker.hpp"
#include "delivery/dispatcher.hpp"
#include "guard/lent.hpp"
#include "media/keeper.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/registry.hpp"
#include "pms/gateway.hpp"

namespace conserje {

/// What the rooms' steps work with: one reading of the configuration file and what is made of it. A
/// reload makes another; a step ends with the one that it began with. Threads: any.
class Generation {
 public:
  /// What outlives every generation.
  struct Rooms {
    Database& database;
    Inbox& inbox;
    Outbox& outbox;
    Sessions& sessions;
    Guests& guests;
    Acts& acts;
    Reservations& reservations;
    NotificationLogs& notification_logs;
    MediaFiles& media_files;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log& log;
    std::string owner;      // Of the leases; unique to this host.
    std::string guest_key;  // The tenant's key of guest hashes.
    std::function<void(const std::string& channel, const std::string& message)> answered;
  };
  struct Sources {
    std::shared_ptr<const Pipeline> pipeline;
    std::shared_ptr<const Texts> texts;
    PluginMap plugins;
  };

  /// before: the one that it follows, or null. A PMS that it had as well keeps its gateway, which
  /// knows how the PMS has been.
  Generation(const Rooms& rooms, Sources sources, const Generation* before);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const Sources& sources() const { return sources_; }
  const Pipeline& pipeline() const { return *sources_.pipeline; }
  /// 1 for the first one.
  std::int64_t number() const { return number_; }

  Worker& worker() { return worker_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  MediaKeeper& keeper() { return keeper_; }
  Desk& desk() { return desk_; }
  /// What is to be seen to now and then: guests' old files, and who is asked for a review. What
  /// fails is logged, and is tried again the next time. Threads: any.
  void keep_house(const Log& log);

 private:
  struct House {
    std::shared_ptr<Plugin> plugin{};  // Null: it does not run.
    std::shared_ptr<Gateway> gateway{};
  };

  Result<std::shared_ptr<Plugin>> plugin(std::string_view what, const std::string& name) const;
  void connect_gateways(const Rooms& rooms, const Generation* before);
  void connect_gateway(const std::string& name, const Rooms& rooms, const Generation* before);
  Worker::Parts worker_parts(const Rooms& rooms);
  Dispatcher::Parts dispatcher_parts(const Rooms& rooms);
  MediaKeeper::Parts keeper_parts(const Rooms& rooms);
  Result<channel::SendReply> send_file(const std::string& name, const CallSpec& spec,
                                       const channel::SendRequest& request, const MadeFile& file);
  Result<MadeFile> make(const Made& made, const channel::SendRequest& request);
  Result<MadeFile> speak(const std::string& name, const channel::SendRequest& request);
  Result<std::string> listen(const std::string& name, const MediaFile& file,
                             const std::string& language);

  const Sources sources_;
  const Clock& clock_;
  const std::int64_t number_;
  std::map<std::string, House> houses_{};  // By the PMS plugin's name.
  MediaKeeper keeper_;
  Worker worker_;
  Dispatcher dispatcher_;
  Desk desk_;
  ReviewRequests reviews_;
};

/// The generation that runs. Threads: any.
class CurrentGeneration {
 public:
  /// Held for as long as one works with it.
  std::shared_ptr<Generation> borrow() const {
    const std::lock_guard lock(mutex_);
    return lent_.borrow();
  }
  /// From now on `next` is lent; recalling what is returned waits for those who have the one
  /// before.
  [[nodiscard]] Lent<Generation> switch_to(std::shared_ptr<Generation> next) {
    Lent<Generation> lent(std::move(next));
    const std::lock_guard lock(mutex_);
    return std::exchange(lent_, std::move(lent));
  }

 private:
  mutable std::mutex mutex_{};
  Lent<Generation> lent_{};  // Guarded by mutex_.
};

}  // namespace conserje
