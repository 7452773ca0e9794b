#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "conserje/result.hpp"
#include "fake_clock.hpp"
#include "postgres.hpp"
#include "store/database.hpp"
#include "store/migrate.hpp"

namespace conserje {

using namespace std::chrono_literals;

enum class Backend { sqlite, postgres };

inline void PrintTo(Backend backend, std::ostream* out) {
  *out << (backend == Backend::sqlite ? "Sqlite" : "Postgres");
}

/// The value of a result; without one the test fails with the error's text.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// A folder of its own that goes with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = std::filesystem::temp_directory_path() / "conserje-store-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A schema of its own in the tests' PostgreSQL that goes with it.
class ScratchSchema {
 public:
  ScratchSchema() : server_(value_of(open_database(postgres_url(), {}, clock_))) {
    std::random_device random;
    name_ = "test_" + std::to_string(getpid()) + "_" + std::to_string(random());
    value_of(
        server_->transact([this](Transaction& tx) { tx.run_script("CREATE SCHEMA " + name_); }));
  }
  ~ScratchSchema() {
    const auto dropped = server_->transact(
        [this](Transaction& tx) { tx.run_script("DROP SCHEMA " + name_ + " CASCADE"); });
    EXPECT_TRUE(dropped) << dropped.error().message;
  }
  ScratchSchema(const ScratchSchema&) = delete;
  ScratchSchema& operator=(const ScratchSchema&) = delete;

  std::string url() const { return postgres_url() + "?options=-csearch_path%3D" + name_; }

 private:
  FakeClock clock_;
  std::unique_ptr<Database> server_;
  std::string name_;
};

/// An empty database of each kind, for one test.
class EmptyStoreTest : public ::testing::TestWithParam<Backend> {
 protected:
  EmptyStoreTest() {
    if (GetParam() == Backend::postgres) schema_ = std::make_unique<ScratchSchema>();
  }

  std::string url() const {
    return schema_ ? schema_->url() : "sqlite:" + (folder_ / "host.db").string();
  }
  std::unique_ptr<Database> open(const DatabaseOptions& options = {}) {
    return value_of(open_database(url(), options, clock_));
  }
  WallTime now() const { return clock_.now(); }

  FakeClock clock_;
  ScratchFolder folder_;

 private:
  std::unique_ptr<ScratchSchema> schema_;
};

/// A database of each kind with the host's tables.
class StoreTest : public EmptyStoreTest {
 protected:
  StoreTest() { value_of(migrate(*database_, now())); }

  /// What another host would work with: a Database of its own on PostgreSQL, where hosts share one;
  /// the same on SQLite, where they must not.
  Database& other_host() {
    if (GetParam() == Backend::sqlite) return *database_;
    if (!other_) other_ = open();
    return *other_;
  }

  std::unique_ptr<Database> database_ = open();

 private:
  std::unique_ptr<Database> other_;
};

#define ON_EVERY_DATABASE(Suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(EveryDatabase, Suite,                                  \
                           ::testing::Values(Backend::sqlite, Backend::postgres), \
                           ::testing::PrintToStringParamName())

}  // namespace conserje
