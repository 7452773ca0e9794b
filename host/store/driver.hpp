#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.hpp"

/// Inside the store: what SQLite and PostgreSQL implement, and how a failure travels from there to
/// the writer or a reader. Nothing outside host/store includes this.
namespace conserje {

/// A failure on its way to `attempt`. The scope says what can still be done.
class StoreError : public std::exception {
 public:
  enum class Scope : unsigned char {
    work,        // This work is at fault; its neighbours can be committed without it.
    again,       // Lost to a concurrent transaction; the same works may succeed in a new one.
    batch,       // No work can succeed now.
    connection,  // The same, and the connection is of no use any more.
  };

  StoreError(Scope scope_of_it, Error why) : scope(scope_of_it), error(std::move(why)) {}
  const char* what() const noexcept override { return error.message.c_str(); }

  Scope scope;
  Error error;
};

/// Runs `f`; the only place where the store's exceptions end.
template <class F>
std::optional<StoreError> attempt(F f) {
  try {
    f();
    return std::nullopt;
  } catch (const StoreError& failure) {
    return failure;
  } catch (const std::exception& mistake) {
    return StoreError(StoreError::Scope::work,
                      {ErrorClass::bug, std::string("store: a work threw: ") + mistake.what()});
  }
}

/// Ends the work: a text parameter holds a NUL, which PostgreSQL cannot store.
[[noreturn]] void refuse_nul();

/// One connection, with at most one transaction at a time; used by one thread at a time. Every
/// function throws StoreError, but rollback.
class Connection : public Transaction {
 public:
  virtual void begin(Survives survives = Survives::power_loss) = 0;
  virtual void commit() = 0;
  /// Ends the open transaction, if there is one, without effect.
  void rollback() noexcept {
    wakes_.clear();
    undo();
  }

  /// Gives back the memory that it keeps for speed alone. Between transactions.
  virtual void release_memory() noexcept {}

  /// A point inside the transaction to which a failed work is undone.
  void savepoint();
  void release_savepoint();
  void rollback_to_savepoint();

  void after_commit(const std::shared_ptr<const Wake>& wake) final;
  /// Calls what the committed transaction named, each once.
  void wake_all();

 private:
  virtual void undo() noexcept = 0;

  std::vector<std::shared_ptr<const Wake>> wakes_;
  std::size_t wakes_at_savepoint_ = 0;
};

enum class Access : unsigned char { read, write };

/// A kind of database.
class Driver {
 public:
  virtual ~Driver() = default;
  /// Throws StoreError. Threads: any.
  virtual std::unique_ptr<Connection> connect(Access access) = 0;
  /// Called by the writer after each commit; idle: nothing is queued.
  virtual void tidy_up(Connection& writer, bool idle) noexcept = 0;
};

/// Takes the file's lock and looks it over; throws StoreError.
std::unique_ptr<Driver> sqlite_driver(std::string path, const DatabaseOptions& options);
std::unique_ptr<Driver> postgres_driver(std::string url);

}  // namespace conserje
