#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "store/dialect.hpp"
#include "store/driver.hpp"

/// SQLite: one file, WAL, synchronous=FULL. Source: https://www.sqlite.org/wal.html, /pragma.html,
/// /rescode.html.
namespace conserje {
namespace {

using namespace std::chrono_literals;
using Scope = StoreError::Scope;

/// Above this size the whole file is not looked over at start: 4 MiB take some 5 ms, and a host
/// must be ready in 50. A larger file's damage shows when the damaged page is read, as the same
/// Error.
constexpr off_t kCheckedAtStart = off_t{4} * 1024 * 1024;
/// Frames in the log after which an idle writer moves them into the file (4 MiB with 4 KiB pages):
/// rarely enough that a lone message costs one sync, often enough that the log stays small.
constexpr int kIdleCheckpointPages = 1000;

/// EXTRA is FULL for a write-ahead log: a sync at each commit. A new file is made by a rollback
/// journal, though, and only EXTRA syncs its deletion: a journal that came back after power loss
/// would undo everything since.
constexpr auto kSurvivesPowerLoss = "PRAGMA synchronous = EXTRA";
/// The log is written and not synced; the next commit that must survive more syncs it with its own.
constexpr auto kSurvivesCrash = "PRAGMA synchronous = NORMAL";

StoreError failure_of(int code, const std::string& path, const char* text) {
  const auto with = [&](Scope scope, ErrorClass error_class, const std::string& message) {
    Error error{error_class, "store: " + message + " (SQLite: " + text + ")"};
    if (error_class == ErrorClass::retry) error.retry_after = 5s;
    return StoreError(scope, std::move(error));
  };
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return with(Scope::work, ErrorClass::permanent, "the row is not accepted");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return with(Scope::batch, ErrorClass::retry, "another program has locked " + path);
    case SQLITE_FULL:
      return with(Scope::batch, ErrorClass::retry,
                  "the disk is full, free some space for " + path + "; nothing was stored");
    case SQLITE_NOMEM: return with(Scope::batch, ErrorClass::retry, "out of memory");
    case SQLITE_IOERR:  // What the file holds now only a new connection finds out, from the log.
      return with(Scope::connection, ErrorClass::retry, "reading or writing " + path + " failed");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return with(
          Scope::connection, ErrorClass::config,
          path +
              " is damaged or no database; nothing was changed or deleted. Stop the host, keep the "
              "file with its -wal, and restore a backup or run sqlite3 <file> .recover");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return with(
          Scope::connection, ErrorClass::config,
          "cannot open " + path + " for writing: look at its folder, its owner and its mode");
    default: return with(Scope::work, ErrorClass::bug, "a statement failed");
  }
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

/// Gives a cached statement back ready for its next use, whatever happened.
class Reset {
 public:
  explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
  ~Reset() { sqlite3_reset(statement_); }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;

 private:
  sqlite3_stmt* statement_;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(const std::string& path, const std::string& vfs, Access access)
      : path_(path), begin_(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN") {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                      (access == Access::write ? SQLITE_OPEN_CREATE : 0);
    const int code =
        sqlite3_open_v2(path.c_str(), &opened, flags, vfs.empty() ? nullptr : vfs.c_str());
    database_.reset(opened);
    if (code != SQLITE_OK) fail(code);
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);  // 48 KB for little.
    run_script(kSurvivesPowerLoss);
    run_script(
        "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
        "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;");
    if (access == Access::write) {
      run_script("PRAGMA cache_size = -4000");  // KiB
      sqlite3_wal_hook(opened, note_log_size, &log_pages_);
    } else {
      run_script("PRAGMA cache_size = -1000; PRAGMA query_only = ON");
    }
  }

  void begin(Survives survives) override {
    if (survives != survives_)
      run_script(survives == Survives::crash ? kSurvivesCrash : kSurvivesPowerLoss);
    survives_ = survives;
    execute(begin_);
  }
  void commit() override {
    const int code = sqlite3_exec(database_.get(), "COMMIT", nullptr, nullptr, nullptr);
    // The log may hold the commit or not: only who reads it knows.
    if ((code & 0xff) == SQLITE_IOERR)
      throw StoreError(Scope::connection,
                       {ErrorClass::deadline, "store: the disk failed during a commit to " + path_ +
                                                  ", which may have happened (SQLite: " +
                                                  sqlite3_errmsg(database_.get()) + ")"});
    if (code != SQLITE_OK) fail(code);
  }

  void run_script(std::string_view sql) override {
    const int code = sqlite3_exec(database_.get(), translate(sql, kSqliteDialect).c_str(), nullptr,
                                  nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
  }

  void release_memory() noexcept override {
    statements_.clear();
    sqlite3_db_release_memory(database_.get());
  }

  /// Pages in the write-ahead log after the last commit.
  int log_pages() const { return log_pages_; }
  void checkpoint(int mode) noexcept {
    // SQLITE_BUSY: a reader still needs the log; the next commit tries again. Any other failure
    // meets the next commit.
    int left_in_log = 0;
    int moved = 0;
    if (sqlite3_wal_checkpoint_v2(database_.get(), nullptr, mode, &left_in_log, &moved) ==
            SQLITE_OK &&
        left_in_log == moved)
      log_pages_ = 0;
  }

 private:
  static int note_log_size(void* log_pages, sqlite3*, const char*, int pages) {
    *static_cast<int*>(log_pages) = pages;
    return SQLITE_OK;
  }

  [[noreturn]] void fail(int code) const {
    throw failure_of(code, path_,
                     database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code));
  }

  void undo() noexcept override {
    if (sqlite3_get_autocommit(database_.get()) == 0)
      sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  sqlite3_stmt* prepared(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end())
      return found->second.get();
    const auto translated = translate(sql, kSqliteDialect);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), translated.c_str(),
                                        static_cast<int>(translated.size()) + 1,
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
    // Bounded by the number of SQL texts in this program.
    return statements_.emplace(sql, Statement(statement)).first->second.get();
  }

  sqlite3_stmt* bound(std::string_view sql, std::span<const Parameter> parameters) {
    sqlite3_stmt* statement = prepared(sql);
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size()))
      abort_transaction(
          {ErrorClass::bug, "store: wrong number of parameters for " + std::string(sql)});
    for (int i = 0; i < static_cast<int>(parameters.size()); ++i) {
      const int code = std::visit([&](const auto& value) { return bind(statement, i + 1, value); },
                                  parameters[static_cast<std::size_t>(i)].value());
      if (code != SQLITE_OK) fail(code);
    }
    return statement;
  }

  // Text and bytes are bound without a copy: the statement is reset before the caller's values can
  // go.
  static int bind(sqlite3_stmt* s, int i, std::monostate) { return sqlite3_bind_null(s, i); }
  static int bind(sqlite3_stmt* s, int i, std::int64_t v) { return sqlite3_bind_int64(s, i, v); }
  static int bind(sqlite3_stmt* s, int i, double v) { return sqlite3_bind_double(s, i, v); }
  static int bind(sqlite3_stmt* s, int i, std::string_view v) {
    if (v.find('\0') != std::string_view::npos) refuse_nul();  // As PostgreSQL does.
    return sqlite3_bind_text64(s, i, v.data() == nullptr ? "" : v.data(), v.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  static int bind(sqlite3_stmt* s, int i, Parameter::Bytes v) {
    return v.bytes.empty()
               ? sqlite3_bind_zeroblob(s, i, 0)
               : sqlite3_bind_blob64(s, i, v.bytes.data(), v.bytes.size(), SQLITE_STATIC);
  }

  std::int64_t execute_with(std::string_view sql, std::span<const Parameter> parameters) override {
    sqlite3_stmt* statement = bound(sql, parameters);
    const Reset reset(statement);
    const auto before = sqlite3_total_changes64(database_.get());
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) fail(code);
    return sqlite3_total_changes64(database_.get()) - before;
  }

  Rows query_with(std::string_view sql, std::span<const Parameter> parameters) override {
    sqlite3_stmt* statement = bound(sql, parameters);
    const Reset reset(statement);
    const int width = sqlite3_column_count(statement);
    std::vector<std::string> columns;
    for (int i = 0; i < width; ++i) columns.emplace_back(sqlite3_column_name(statement, i));
    std::vector<Value> values;
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return {std::move(columns), std::move(values)};
      if (code != SQLITE_ROW) fail(code);
      for (int i = 0; i < width; ++i) values.push_back(column(statement, i));
    }
  }

  static Value column(sqlite3_stmt* statement, int i) {
    const auto bytes = [&](const void* data) {
      return std::string(static_cast<const char*>(data),
                         static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
    };
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, i)};
      case SQLITE_FLOAT: return sqlite3_column_double(statement, i);
      case SQLITE_TEXT: return bytes(sqlite3_column_text(statement, i));
      case SQLITE_BLOB: {
        const void* data = sqlite3_column_blob(statement, i);
        return data == nullptr ? Blob{} : Blob{bytes(data)};
      }
      default: return std::monostate();
    }
  }

  const std::string path_;
  const std::string_view begin_;
  Survives survives_ = Survives::power_loss;
  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>>
      statements_;  // Go before it.
};

/// Keeps a second host away from the file: an exclusive flock on `<path>.lock`, which holds our pid
/// and which the system releases however we end.
class HostLock {
 public:
  explicit HostLock(const std::string& path)
      : file_(open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw failure_of(SQLITE_CANTOPEN, path, std::strerror(errno));
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      std::array<char, 32> pid{};
      const auto size = read(file_, pid.data(), pid.size() - 1);
      close(file_);
      throw StoreError(Scope::connection,
                       {ErrorClass::config, "store: " + path + " is in use by another host, pid " +
                                                (size > 0 ? std::string(pid.data()) : "unknown") +
                                                "; stop it, or give this one a file of its own"});
    }
    const auto pid = std::to_string(getpid());
    if (ftruncate(file_, 0) != 0 || pwrite(file_, pid.data(), pid.size(), 0) < 0) {
      close(file_);  // The disk is full: better no host than one that cannot be named.
      throw failure_of(SQLITE_FULL, path, std::strerror(errno));
    }
  }
  ~HostLock() { close(file_); }
  HostLock(const HostLock&) = delete;
  HostLock& operator=(const HostLock&) = delete;

 private:
  int file_;
};

class SqliteDriver final : public Driver {
 public:
  SqliteDriver(std::string path, const DatabaseOptions& options)
      : path_(std::move(path)),
        vfs_(options.sqlite_vfs),
        most_log_pages_(static_cast<int>(options.sqlite_wal_bytes / 4096)),
        lock_(path_) {
    // No pages ahead of need (87 KB for each connection), and no statistics, which take a lock at
    // each allocation. Refused, and without harm, once SQLite is in use.
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  }

  std::unique_ptr<Connection> connect(Access access) override {
    auto connection = std::make_unique<SqliteConnection>(path_, vfs_, access);
    if (access == Access::read) return connection;
    if (std::exchange(opened_before_, true)) {
      // A write or a sync has failed. What the log seems to hold may never reach the disk, and with
      // it all that would be appended: move it into the file, which writes it anew, and start the
      // log over.
      connection->run_script("PRAGMA wal_checkpoint(TRUNCATE)");
    } else {
      look_over(*connection);
    }
    return connection;
  }

  void tidy_up(Connection& writer, bool idle) noexcept override {
    auto& sqlite = static_cast<SqliteConnection&>(writer);
    const int pages = sqlite.log_pages();
    if (pages >= 4 * most_log_pages_) {
      // Waits for the readers that hold the log back.
      sqlite.checkpoint(SQLITE_CHECKPOINT_RESTART);
    } else if (pages >= most_log_pages_ || (idle && pages >= kIdleCheckpointPages)) {
      sqlite.checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    }
  }

 private:
  /// Log and synchronous=FULL keep the file whole through crashes and power loss, so this looks for
  /// what should never be: a file that is no database, cut off, or written over.
  void look_over(Connection& connection) const {
    struct stat file {};
    const bool small = stat(path_.c_str(), &file) != 0 || file.st_size <= kCheckedAtStart;
    connection.begin();
    const auto found = connection.query(
        small ? "PRAGMA quick_check(1)" : "SELECT 'ok' AS quick_check FROM sqlite_master LIMIT 1");
    connection.rollback();
    if (!found.empty() && found.front().text("quick_check") != "ok")
      throw failure_of(SQLITE_CORRUPT, path_, found.front().text("quick_check").c_str());
  }

  const std::string path_;
  const std::string vfs_;
  const int most_log_pages_;
  const HostLock lock_;
  bool opened_before_ = false;  // For writing: one connection after the other.
};

}  // namespace

std::unique_ptr<Driver> sqlite_driver(std::string path, const DatabaseOptions& options) {
  return std::make_unique<SqliteDriver>(std::move(path), options);
}

}  // namespace conserje
