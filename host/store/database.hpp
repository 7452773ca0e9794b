#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "conserje/result.hpp"
#include "guard/clock.hpp"

/// The database seam: what the repositories of this room, and whoever joins several of them in one
/// transaction, know of SQLite and PostgreSQL. The SQL is the same for both; parameters are $1, $2,
/// ...; what differs is a token:
///   {{identity}}    the type of a key that the database counts up        {{blob}}  the type of a
///   column of bytes
///   {{bytewise}}    after TEXT: compare by bytes, whatever the server's locale
///   {{lock}} at the end of a SELECT: lock its rows, waiting for other hosts
///   {{skip_locked}} at the end of a SELECT: lock its rows, pass over those that another host has
///   locked
namespace conserje {

/// Bytes that are not text.
struct Blob {
  std::string bytes{};
  bool operator==(const Blob&) const = default;
};

/// One column of one row: NULL, a number, text or bytes.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

/// One bound parameter; borrows text and bytes for the call. Truth is 0 or 1, time is ms (UTC,
/// since 1970).
class Parameter {
 public:
  struct Bytes {
    std::string_view bytes;
  };
  using Borrowed = std::variant<std::monostate, std::int64_t, double, std::string_view, Bytes>;

  Parameter(std::nullopt_t) {}
  Parameter(std::integral auto number) : value_(static_cast<std::int64_t>(number)) {}
  Parameter(double number) : value_(number) {}
  Parameter(std::string_view text) : value_(text) {}
  Parameter(const std::string& text) : value_(std::string_view(text)) {}
  Parameter(const char* text) : value_(std::string_view(text)) {}
  Parameter(const Blob& blob) : value_(Bytes{blob.bytes}) {}
  Parameter(WallTime time) : value_(static_cast<std::int64_t>(time.time_since_epoch().count())) {}
  Parameter(Millis duration) : value_(static_cast<std::int64_t>(duration.count())) {}
  template <class T>
  Parameter(const std::optional<T>& value) {
    if (value) value_ = Parameter(*value).value_;
  }

  const Borrowed& value() const { return value_; }

 private:
  Borrowed value_;
};

class Rows;

/// One row of Rows, borrowed from them. A column that is missing, NULL where it must not be, or of
/// another type is our own mistake and ends the transaction with class `bug`.
class Row {
 public:
  Row(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}

  const Value& value(std::string_view column) const;
  bool is_null(std::string_view column) const;
  std::string text(std::string_view column) const;
  std::int64_t integer(std::string_view column) const;
  double real(std::string_view column) const;
  Blob blob(std::string_view column) const;
  WallTime time(std::string_view column) const;  // A column of ms.
  std::optional<std::string> optional_text(std::string_view column) const;
  std::optional<std::int64_t> optional_integer(std::string_view column) const;
  std::optional<WallTime> optional_time(std::string_view column) const;

 private:
  const Rows* rows_;
  std::size_t index_;
};

/// What a query found: all of it, in memory, so a query names its LIMIT.
class Rows {
 public:
  Rows(std::vector<std::string> columns, std::vector<Value> values)
      : columns_(std::move(columns)), values_(std::move(values)) {}

  std::size_t size() const { return columns_.empty() ? 0 : values_.size() / columns_.size(); }
  bool empty() const { return values_.empty(); }
  Row operator[](std::size_t index) const { return {*this, index}; }
  Row front() const { return {*this, 0}; }

  class Iterator {
   public:
    Iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
    Row operator*() const { return {*rows_, index_}; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Rows* rows_;
    std::size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  friend class Row;
  std::vector<std::string> columns_;
  std::vector<Value> values_;  // Row after row.
};

/// Tells whoever waits for rows that there are some.
using Wake = std::function<void()>;

/// Statements that take effect together or not at all. Lent to a work for its run; never kept,
/// never used on another thread. A statement that fails ends the work by an exception, which the
/// work lets pass: the caller of Database::transact, enqueue or read gets it as an Error.
class Transaction {
 public:
  virtual ~Transaction() = default;

  /// Runs one statement; the number of rows that it inserted, changed or deleted.
  template <class... Arguments>
  std::int64_t execute(std::string_view sql, const Arguments&... arguments) {
    return execute_with(sql, std::initializer_list<Parameter>{Parameter(arguments)...});
  }
  /// Runs one statement that answers rows (SELECT, or ... RETURNING).
  template <class... Arguments>
  Rows query(std::string_view sql, const Arguments&... arguments) {
    return query_with(sql, std::initializer_list<Parameter>{Parameter(arguments)...});
  }
  /// Runs several statements without parameters, as a migration has them.
  virtual void run_script(std::string_view sql) = 0;

  /// Calls `wake` once after the commit, on the writer thread, however many works of the commit
  /// name it; not at all for a work that fails. It returns at once and calls no Database. Null is
  /// ignored.
  virtual void after_commit(const std::shared_ptr<const Wake>& wake) = 0;

 private:
  virtual std::int64_t execute_with(std::string_view sql,
                                    std::span<const Parameter> parameters) = 0;
  virtual Rows query_with(std::string_view sql, std::span<const Parameter> parameters) = 0;
};

/// Ends the running work; its transaction is rolled back and its caller gets `error`.
[[noreturn]] void abort_transaction(Error error);

/// What a committed work outlives: `crash`, the end of this host but not of the machine or the
/// database server. Enough for what every start does anew, such as a lease; it costs no sync of the
/// disk. Whatever is acknowledged needs `power_loss`.
enum class Survives : unsigned char { power_loss, crash };

namespace store_detail {

/// One work on its way through the writer's queue.
class Queued {
 public:
  virtual ~Queued() = default;
  virtual void run(Transaction& transaction) = 0;
  /// Called once: null after the commit, or why there was none.
  virtual void complete(const Error* failed) = 0;

  std::size_t bytes = 0;
  Survives survives = Survives::power_loss;
  bool somebody_waits = false;  // In transact: completed on the writer thread, and never refused.
};

template <class T>
struct ValueOf {
  using type = T;
};
template <>
struct ValueOf<void> {
  using type = Done;
};
template <class T>
struct ValueOf<Result<T>> {
  using type = T;
};

}  // namespace store_detail

/// What a work yields: T for a work that returns T or Result<T>, Done for one that returns nothing.
template <class Work>
using WorkValue = typename store_detail::ValueOf<std::invoke_result_t<Work&, Transaction&>>::type;

/// Figures for metrics and tests, since the start.
struct DatabaseStats {
  std::size_t queued_works = 0;
  std::size_t queued_bytes = 0;
  std::uint64_t works = 0;     // Works that became durable.
  std::uint64_t commits = 0;   // Commits they shared.
  std::uint64_t rejected = 0;  // Works refused because the queue was full.
};

/// One database, many threads. Writes go to one writer thread, which commits together whatever
/// queued while the previous commit ran (group commit); reads run beside it, each on a consistent
/// snapshot.
///
/// A *work* is a callable `R(Transaction&)`, R being void, a value, or a Result whose Error rolls
/// the work back. It decides from its captured values and from what it reads, and touches nothing
/// else: it may run more than once. A work that fails is rolled back alone; the works it shared a
/// commit with are not affected. No work calls a plugin, waits, or uses this Database.
///
/// Errors: `retry`, the store is busy, away, or its disk is full (`retry_after` is set);
///         `permanent`, a constraint or a value the database does not take;
///         `config`, the database is damaged, newer than this host, or refuses us: a person must
///         act; `deadline`, the connection broke while a commit ran: it may have happened; `bug`,
///         the SQL or the work is wrong.
/// Threads: any, but never from inside a work.
class Database {
 public:
  /// Posts one task to the thread that should run the completions, such as the I/O thread.
  using Executor = std::function<void(std::function<void()>)>;

  /// Commits what is queued, then ends the writer.
  virtual ~Database() = default;

  /// Queues `work` for the next commit. `on_durable` runs once, on the completion executor, with
  /// what the work yielded, after it survives power loss. When the queue is over its limit
  /// (DatabaseOptions) the work is refused: `on_durable` gets class `retry`. bytes: what the work
  /// weighs in the queue, about the size of its captures.
  template <class Work>
  void enqueue(Work work,
               std::type_identity_t<std::function<void(Result<WorkValue<Work>>)>> on_durable,
               std::size_t bytes = 0) {
    auto queued = std::make_unique<QueuedWork<Work, decltype(on_durable)>>(std::move(work),
                                                                           std::move(on_durable));
    queued->bytes = bytes;
    submit(std::move(queued));
  }

  /// Runs `work` in the next commit and waits until it survives what `survives` names. Never
  /// refused by the queue's limit: the number of threads that can wait here is the bound.
  template <class Work>
  Result<WorkValue<Work>> transact(Work work, Survives survives = Survives::power_loss) {
    std::promise<Result<WorkValue<Work>>> promise;
    auto waiting = promise.get_future();
    auto set = [&promise](Result<WorkValue<Work>> result) { promise.set_value(std::move(result)); };
    auto queued =
        std::make_unique<QueuedWork<Work, decltype(set)>>(std::move(work), std::move(set));
    queued->survives = survives;
    queued->somebody_waits = true;
    submit(std::move(queued));
    return waiting.get();
  }

  /// Runs `work` on a read-only snapshot that contains everything durable before; runs on the
  /// calling thread, beside the writer, and waits when all readers are in use.
  template <class Work>
  Result<WorkValue<Work>> read(Work work) {
    std::optional<WorkValue<Work>> value;
    auto failed = run_read([&](Transaction& snapshot) { value.emplace(value_of(work, snapshot)); });
    if (failed) return *std::move(failed);
    return *std::move(value);
  }

  /// Where completions of `enqueue` run: all those of one commit in one task, in order. Until it is
  /// set they run on the writer thread. Call it before the first enqueue.
  virtual void set_completion_executor(Executor executor) = 0;

  virtual DatabaseStats stats() const = 0;

 private:
  template <class Work>
  static WorkValue<Work> value_of(Work& work, Transaction& transaction) {
    using Returned = std::invoke_result_t<Work&, Transaction&>;
    if constexpr (std::is_void_v<Returned>) {
      work(transaction);
      return Done{};
    } else if constexpr (std::is_same_v<Returned, WorkValue<Work>>) {
      return work(transaction);
    } else {
      auto result = work(transaction);
      if (!result) abort_transaction(result.error());
      return *std::move(result);
    }
  }

  template <class Work, class OnDurable>
  class QueuedWork final : public store_detail::Queued {
   public:
    QueuedWork(Work work, OnDurable on_durable)
        : work_(std::move(work)), on_durable_(std::move(on_durable)) {}
    void run(Transaction& transaction) override { value_.emplace(value_of(work_, transaction)); }
    void complete(const Error* failed) override {
      if (failed != nullptr) {
        on_durable_(*failed);
      } else {
        on_durable_(*std::move(value_));
      }
    }

   private:
    Work work_;
    OnDurable on_durable_;
    std::optional<WorkValue<Work>> value_;
  };

  virtual void submit(std::unique_ptr<store_detail::Queued> queued) = 0;
  virtual std::optional<Error> run_read(const std::function<void(Transaction&)>& work) = 0;
};

/// The bounds of one Database.
struct DatabaseOptions {
  std::size_t queue_works =
      2048;  // enqueue refuses beyond these: about four commits of the largest size.
  std::size_t queue_bytes = 4 * 1024 * 1024;
  std::size_t commit_works = 512;  // One commit takes no more than these.
  std::size_t commit_bytes = 1024 * 1024;
  std::size_t readers = 4;  // Connections for `read`, opened when first needed.
  std::size_t sqlite_wal_bytes =
      16 * 1024 * 1024;  // Checkpoint at the latest when the log has grown to this.
  /// Called on the store's own thread once nothing was to be written for a second, when the
  /// connections have given back what they keep for speed.
  std::function<void()> on_rest{};
  std::string sqlite_vfs{};  // The VFS to open with; empty: the system's. Tests cut the power here.
};

/// Opens `sqlite:<path>` (the file is created if it is missing, its folder is not) or
/// `postgresql://...` (libpq's URL, also behind a transaction pooler: no session state is relied
/// on). Errors: `config`, not such a URL, the file is damaged, or another host has it open (named
/// by its pid);
///         `retry`, the server cannot be reached now.
/// clock: for waiting between connection attempts; outlives the Database.
Result<std::unique_ptr<Database>> open_database(std::string_view url,
                                                const DatabaseOptions& options, const Clock& clock);

}  // namespace conserje
