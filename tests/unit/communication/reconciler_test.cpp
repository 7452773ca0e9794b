#include "communication/reconciler.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <vector>

#include "fake_clock.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using channel::EmitRequest;
using channel::ListSinceReply;
using channel::ListSinceRequest;
using channel::UnifiedMessage;

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

/// A Reconciler on a real SQLite store; the provider lists what the test says.
class ReconcilerTest : public testing::Test {
 protected:
  ReconcilerTest() {
    std::filesystem::create_directories(folder_);
    database_ = value_of(open_database("sqlite:" + (folder_ / "test.db").string(), {}, clock_));
    value_of(migrate(*database_, clock_.now()));
    table_.emplace(*database_);
    reconciler_.emplace(Reconciler::Parts{
        .tenant = "hotel-sol",
        .reconciliations = *table_,
        .list = [this](const std::string&,
                       const ListSinceRequest& request) -> Result<ListSinceReply> {
          asked_.push_back(request);
          if (pages_.empty()) return ListSinceReply{};
          auto page = std::move(pages_.front());
          pages_.pop_front();
          return page;
        },
        .store = [this](const std::string&, EmitRequest request) -> Result<channel::EmitReply> {
          if (!store_) return store_.error();
          for (const auto& message : request.messages) stored_.push_back(message.id);
          return channel::EmitReply{.stored = static_cast<std::int64_t>(request.messages.size())};
        },
        .clock = clock_,
        .metrics = metrics_,
        .log = log_});
  }
  ~ReconcilerTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// A page with one message of `age` ago.
  ListSinceReply page(const std::string& id, Millis age, std::string next = {}) const {
    return {.messages = {UnifiedMessage{
                .id = id, .timestamp_ms = (clock_.now() - age).time_since_epoch().count()}},
            .next_cursor = std::move(next)};
  }
  std::int64_t ms_ago(Millis age) const { return (clock_.now() - age).time_since_epoch().count(); }
  WallTime until() { return *value_of(table_->until("hotel-sol", "waha")); }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("conserje_reconciler_" + std::to_string(getpid()));
  FakeClock clock_;
  Metrics metrics_;
  Log log_ = Log::silent();
  std::deque<Result<ListSinceReply>> pages_;
  Status store_ = Done{};
  std::vector<ListSinceRequest> asked_;
  std::vector<std::string> stored_;
  std::unique_ptr<Database> database_;
  std::optional<Reconciliations> table_;
  std::optional<Reconciler> reconciler_;
};

TEST_F(ReconcilerTest, WhatCameBeforeTheFirstRoundIsNotOurs) {
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  EXPECT_EQ(asked_, std::vector<ListSinceRequest>{});
  EXPECT_EQ(until(), clock_.now());
}

TEST_F(ReconcilerTest, StoresWhatIsListedSinceTheLastRoundPageByPage) {
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  clock_.advance(300s);
  pages_ = {page("A1", 200s, "more"), page("A2", 100s)};
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  const auto since = ms_ago(300s + Reconciler::kOverlap);
  EXPECT_EQ(asked_, (std::vector<ListSinceRequest>{
                        {.since_ms = since, .limit = Reconciler::kPage},
                        {.since_ms = since, .cursor = "more", .limit = Reconciler::kPage}}));
  EXPECT_EQ(stored_, (std::vector<std::string>{"A1", "A2"}));
  EXPECT_EQ(until(), clock_.now());
}

TEST_F(ReconcilerTest, ARoundThatFailsIsDoneAgainFromTheSamePlace) {
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  const auto before = until();
  clock_.advance(300s);
  pages_ = {page("A1", 200s, "more"), Error{ErrorClass::retry, "away"}};
  EXPECT_FALSE(reconciler_->reconcile("waha"));
  EXPECT_EQ(until(), before);
}

TEST_F(ReconcilerTest, WhatTheStoreDoesNotTakeIsListedAgain) {
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  const auto before = until();
  clock_.advance(300s);
  pages_ = {page("A1", 200s)};
  store_ = Error{ErrorClass::retry, "full"};
  EXPECT_FALSE(reconciler_->reconcile("waha"));
  EXPECT_EQ(until(), before);
}

TEST_F(ReconcilerTest, AListWithoutEndIsReadOnInTheNextRound) {
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  clock_.advance(3'000s);
  for (int i = 0; i < Reconciler::kMostPages; ++i)
    pages_.push_back(page("A" + std::to_string(i), 2'000s - i * 1s, "more"));
  EXPECT_TRUE(reconciler_->reconcile("waha"));
  EXPECT_EQ(stored_.size(), static_cast<std::size_t>(Reconciler::kMostPages));
  EXPECT_EQ(until(), clock_.now() - 2'000s + (Reconciler::kMostPages - 1) * 1s);
}

}  // namespace
}  // namespace conserje
