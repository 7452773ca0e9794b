#include "store/database.hpp"

#include <algorithm>
#include <utility>

#include "store/driver.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace conserje {
namespace {

[[noreturn]] void mistake(std::string_view column, std::string_view what) {
  abort_transaction(
      {ErrorClass::bug, "store: column " + std::string(column) + " " + std::string(what)});
}

template <class T>
const T& as(const Value& value, std::string_view column, std::string_view type) {
  if (const T* typed = std::get_if<T>(&value)) return *typed;
  mistake(column, "is not " + std::string(type));
}

class PooledDatabase final : public Database {
 public:
  PooledDatabase(std::unique_ptr<Driver> driver, const DatabaseOptions& options, const Clock& clock)
      : driver_(std::move(driver)),
        readers_(*driver_, options.readers),
        writer_(*driver_, driver_->connect(Access::write), options, clock,
                [this, on_rest = options.on_rest] {
                  readers_.release_memory();
                  if (on_rest) on_rest();
                }) {}

  void set_completion_executor(Executor executor) override {
    writer_.set_completion_executor(std::move(executor));
  }
  DatabaseStats stats() const override { return writer_.stats(); }

 private:
  void submit(std::unique_ptr<store_detail::Queued> queued) override {
    writer_.submit(std::move(queued));
  }
  std::optional<Error> run_read(const std::function<void(Transaction&)>& work) override {
    return readers_.run(work);
  }

  std::unique_ptr<Driver> driver_;
  Readers readers_;
  Writer writer_;  // Ends first, and may still call the two above.
};

}  // namespace

void abort_transaction(Error error) { throw StoreError(StoreError::Scope::work, std::move(error)); }

void refuse_nul() {
  abort_transaction({ErrorClass::permanent, "store: a text with a NUL in it cannot be stored"});
}

const Value& Row::value(std::string_view column) const {
  const auto& columns = rows_->columns_;
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end() || index_ >= rows_->size()) mistake(column, "is not in the rows");
  return rows_
      ->values_[index_ * columns.size() + static_cast<std::size_t>(found - columns.begin())];
}

bool Row::is_null(std::string_view column) const {
  return std::holds_alternative<std::monostate>(value(column));
}
std::string Row::text(std::string_view column) const {
  return as<std::string>(value(column), column, "text");
}
std::int64_t Row::integer(std::string_view column) const {
  return as<std::int64_t>(value(column), column, "an integer");
}
double Row::real(std::string_view column) const {
  return as<double>(value(column), column, "a real number");
}
Blob Row::blob(std::string_view column) const { return as<Blob>(value(column), column, "bytes"); }
WallTime Row::time(std::string_view column) const { return WallTime(Millis(integer(column))); }

std::optional<std::string> Row::optional_text(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}
std::optional<std::int64_t> Row::optional_integer(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<WallTime> Row::optional_time(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Connection::savepoint() {
  wakes_at_savepoint_ = wakes_.size();
  run_script("SAVEPOINT one_work");
}
void Connection::release_savepoint() { run_script("RELEASE SAVEPOINT one_work"); }
void Connection::rollback_to_savepoint() {
  run_script("ROLLBACK TO SAVEPOINT one_work");
  run_script("RELEASE SAVEPOINT one_work");
  wakes_.resize(wakes_at_savepoint_);
}

void Connection::after_commit(const std::shared_ptr<const Wake>& wake) {
  if (wake == nullptr || std::find(wakes_.begin(), wakes_.end(), wake) != wakes_.end()) return;
  wakes_.push_back(wake);
}
void Connection::wake_all() {
  for (const auto& wake : std::exchange(wakes_, {})) (*wake)();
}

Result<std::unique_ptr<Database>> open_database(std::string_view url,
                                                const DatabaseOptions& options,
                                                const Clock& clock) {
  std::unique_ptr<Database> database;
  const auto failure = attempt([&] {
    constexpr std::string_view kSqlite = "sqlite:";
    std::unique_ptr<Driver> driver;
    if (url.starts_with(kSqlite) && url.size() > kSqlite.size()) {
      driver = sqlite_driver(std::string(url.substr(kSqlite.size())), options);
    } else if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
      driver = postgres_driver(std::string(url));
    } else {
      abort_transaction({ErrorClass::config,
                         "store: expected sqlite:<path> or postgresql://<user>@<host>/<database>"});
    }
    database = std::make_unique<PooledDatabase>(std::move(driver), options, clock);
  });
  if (failure) return failure->error;
  return database;
}

}  // namespace conserje
