#include "store/writer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "guard/crash_point.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using Scope = StoreError::Scope;

constexpr int kTriesAgainstOthers = 5;  // Of one batch, when it loses to concurrent transactions.
/// While webhooks come in, a commit that none of them needs waits this long for one to join it:
/// else the next webhook would wait for that commit, and then for its own.
constexpr auto kLinger = 200us;
constexpr auto kWhile = 2ms;     // Since the last of them.
constexpr auto kUntilRest = 1s;  // Without anything to write.
constexpr Millis kFirstBackoff = 100ms;
constexpr Millis kLongestBackoff = 5s;

/// That of the work which needs most.
Survives survival_of(const std::vector<std::unique_ptr<store_detail::Queued>>& batch) {
  const bool crash_is_enough = std::ranges::all_of(
      batch, [](const auto& queued) { return queued->survives == Survives::crash; });
  return crash_is_enough ? Survives::crash : Survives::power_loss;
}

const Error kBusy{ErrorClass::retry, "store: more is waiting to be written than the queue may hold",
                  1s};

}  // namespace

Writer::Writer(Driver& driver, std::unique_ptr<Connection> first, const DatabaseOptions& options,
               const Clock& clock, std::function<void()> on_rest)
    : driver_(driver),
      options_(options),
      clock_(clock),
      on_rest_(std::move(on_rest)),
      connection_(std::move(first)),
      executor_([](const auto& task) { task(); }),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void Writer::set_completion_executor(Database::Executor executor) {
  const std::lock_guard lock(mutex_);
  executor_ = std::move(executor);
}

DatabaseStats Writer::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void Writer::submit(std::unique_ptr<store_detail::Queued> queued) {
  assert(std::this_thread::get_id() != thread_.get_id());
  {
    const std::lock_guard lock(mutex_);
    const bool full =
        stats_.queued_works >= options_.queue_works || stats_.queued_bytes >= options_.queue_bytes;
    if (!full || queued->somebody_waits) {
      stats_.queued_works += 1;
      stats_.queued_bytes += queued->bytes;
      if (!queued->somebody_waits) {
        ++enqueued_;
        last_enqueued_ = clock_.monotonic();
      }
      queue_.push_back(std::move(queued));
    } else {
      stats_.rejected += 1;
    }
  }
  if (queued == nullptr) {
    arrived_.notify_one();
  } else {
    Batch refused;
    refused.push_back(std::move(queued));
    complete(std::move(refused), {kBusy});
  }
}

void Writer::run() {
  Batch batch;
  while (take(batch)) {
    auto verdicts = commit(batch);
    complete(std::exchange(batch, {}), std::move(verdicts));
    if (connection_) {
      driver_.tidy_up(*connection_, stats().queued_works == 0);
    }
  }
}

bool Writer::take(Batch& batch) {
  const auto has_to_act = [this] { return stopping_ || !queue_.empty(); };
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, kUntilRest, has_to_act)) {
    lock.unlock();
    rest();
    lock.lock();
    arrived_.wait(lock, has_to_act);
  }
  if (enqueued_ == 0 && clock_.monotonic() - last_enqueued_ < kWhile)
    arrived_.wait_for(lock, kLinger, [this] { return stopping_ || enqueued_ > 0; });
  std::size_t bytes = 0;
  while (!queue_.empty() && batch.size() < options_.commit_works && bytes < options_.commit_bytes) {
    bytes += queue_.front()->bytes;
    enqueued_ -= queue_.front()->somebody_waits ? 0U : 1U;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  stats_.queued_works -= batch.size();
  stats_.queued_bytes -= bytes;
  return !batch.empty();
}

void Writer::rest() {
  if (connection_) connection_->release_memory();
  on_rest_();
}

Writer::Verdicts Writer::commit(const Batch& batch) {
  bool apart = false;  // Each work behind a savepoint of its own, because one of them fails.
  bool fresh = false;  // The connection was opened for this batch.
  int lost_to_others = 0;
  for (;;) {
    Verdicts verdicts(batch.size());
    const auto failure = attempt([&] {
      if (connection_ == nullptr) {
        fresh = true;
        connect();
      }
      connection_->begin(survival_of(batch));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (apart) {
          verdicts[i] = run_apart(*batch[i]);
        } else {
          batch[i]->run(*connection_);
        }
      }
      crash_point("store.before_commit");
      connection_->commit();
    });
    if (!failure) {
      crash_point("store.after_commit");
      const auto durable =
          static_cast<std::uint64_t>(std::count(verdicts.begin(), verdicts.end(), std::nullopt));
      {
        const std::lock_guard lock(mutex_);
        stats_.commits += 1;
        stats_.works += durable;
      }
      connection_->wake_all();
      return verdicts;
    }

    if (connection_) connection_->rollback();
    if (failure->scope == Scope::connection) connection_.reset();
    const bool try_again =
        (failure->scope == Scope::work && !apart && batch.size() > 1) ||
        (failure->scope == Scope::again && ++lost_to_others < kTriesAgainstOthers) ||
        (failure->scope == Scope::connection && !fresh &&
         failure->error.error_class == ErrorClass::retry);
    if (!try_again) return Verdicts(batch.size(), failure->error);
    apart = apart || failure->scope == Scope::work;
  }
}

/// Not waiting here: while the database is away, works fail at once and their callers decide.
void Writer::connect() {
  const auto now = clock_.monotonic();
  if (now < next_connect_) {
    throw StoreError(Scope::connection, {ErrorClass::retry, "store: the database is away",
                                         std::chrono::ceil<Millis>(next_connect_ - now)});
  }
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  next_connect_ = now + backoff_;
  connection_ = driver_.connect(Access::write);
  backoff_ = {};
  next_connect_ = {};
}

std::optional<Error> Writer::run_apart(store_detail::Queued& work) {
  connection_->savepoint();
  const auto failure = attempt([&] { work.run(*connection_); });
  if (!failure) {
    connection_->release_savepoint();
    return std::nullopt;
  }
  if (failure->scope != Scope::work) throw StoreError(*failure);
  connection_->rollback_to_savepoint();
  return failure->error;
}

void Writer::complete(Batch batch, Verdicts verdicts) {
  struct Completion {
    std::unique_ptr<store_detail::Queued> work;
    std::optional<Error> failed;
    void operator()() { work->complete(failed ? &*failed : nullptr); }
  };
  auto posted = std::make_shared<std::vector<Completion>>();
  std::vector<Completion> awaited;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& where = batch[i]->somebody_waits ? awaited : *posted;
    where.push_back({std::move(batch[i]), std::move(verdicts[i])});
  }
  if (!posted->empty()) {
    Database::Executor executor;
    {
      const std::lock_guard lock(mutex_);
      executor = executor_;
    }
    executor([posted] {
      for (auto& completion : *posted) completion();
    });
  }
  for (auto& completion : awaited) completion();
}

}  // namespace conserje
