#pragma once

#include <functional>

#include "admin/conversations.hpp"
#include "admin/deposits.hpp"
#include "admin/flags.hpp"
#include "admin/plugins.hpp"
#include "admin/tokens.hpp"
#include "app/thread_pool.hpp"
#include "http/failure_limit.hpp"
#include "http/server.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "store/api_tokens.hpp"

namespace conserje {

/// What the API shows and does, one member for each area that needs more than the store.
struct AdminAreas {
  PluginsArea plugins{};
  ConversationsArea conversations{};
  DepositsArea deposits{};
  FlagsArea flags{};
};

/// The admin listener with what is its own: threads, limits, tokens. The threads are not those of
/// the host's pool, because an operator comes when that is full of calls that hang. Made only where
/// the configuration has an `admin` section. [main thread]
class AdminDoor {
 public:
  /// All outlive the door.
  struct Parts {
    boost::asio::io_context& io;
    const Pipeline& pipeline;  // Has `admin`.
    Database& database;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log& log;
  };
  AdminDoor(const Parts& parts, AdminAreas areas);
  ~AdminDoor();
  AdminDoor(const AdminDoor&) = delete;
  AdminDoor& operator=(const AdminDoor&) = delete;

  /// Listens, and writes the two files. Errors: config, the address cannot be listened on, or a
  /// file not written.
  Status listen();
  /// Believes the X-Forwarded-For of these proxies from now on. Threads: any.
  void trust(const std::vector<Network>& proxies);
  /// As Server::drain.
  void drain(MonotonicTime deadline, std::function<void()> on_drained);
  /// Ends what the endpoints still do, and removes the files. Again: nothing. After the I/O thread
  /// has ended.
  void stop();

 private:
  const Parts parts_;
  const AdminSettings& settings_;
  ApiTokens rows_;
  Conversations conversations_;
  Deposits deposits_;
  Tokens tokens_;
  FailureLimit failures_;
  ThreadPool hasher_;
  ThreadPool workers_;
  Server server_;
  bool has_files_ = false;
};

}  // namespace conserje
