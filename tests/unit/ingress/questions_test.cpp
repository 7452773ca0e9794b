#include "ingress/questions.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <map>

#include "conserje/json.hpp"
#include "fake_clock.hpp"
#include "store/inbox.hpp"
#include "store/migrate.hpp"
#include "store/outbox.hpp"

namespace conserje {
namespace {

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

/// Runs what is due when the test says so.
class HandTimers final : public TimerScheduler {
 public:
  explicit HandTimers(FakeClock& clock) : clock_(clock) {}

  Id schedule(Millis after, std::function<void()> run) override {
    due_.emplace(clock_.now() + after, std::move(run));
    return due_.size();
  }
  void cancel(Id) override {}

  void advance(Millis time) {
    const auto end = clock_.now() + time;
    while (!due_.empty() && due_.begin()->first <= end) {
      auto next = due_.extract(due_.begin());
      clock_.advance(next.key() - clock_.now());
      next.mapped()();
    }
    clock_.advance(end - clock_.now());
  }

 private:
  FakeClock& clock_;
  std::multimap<WallTime, std::function<void()>> due_{};
};

/// Senders who wait, on a real SQLite store; the pool is the test's own thread.
class QuestionsTest : public testing::Test {
 protected:
  QuestionsTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("conserje_questions_" + std::to_string(getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    database_ = value_of(open_database("sqlite:" + (folder_ / "test.db").string(), {}, clock_));
    value_of(migrate(*database_, clock_.now()));
    inbox_.emplace(*database_);
    outbox_.emplace(*database_);
    questions_.emplace(
        Questions::Parts{.answers = Answers(*database_),
                         .timers = timers_,
                         .run_on_pool =
                             [this](const std::function<void()>& task) {
                               if (pool_is_full_) return false;
                               task();
                               return true;
                             },
                         .clock = clock_,
                         .metrics = metrics_,
                         .log = log_,
                         .tenant = "hotel-sol",
                         .excuse =
                             [](const std::string& channel, const Question::Message& message) {
                               return "still checking for " + message.sender_id + " by " + channel;
                             },
                         .apology = [](const Question::Message&) { return std::string("sorry"); }});
  }
  ~QuestionsTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void receive(const std::string& id) {
    std::promise<Result<std::int64_t>> stored;
    inbox_->accept_all({{.tenant = "hotel-sol",
                         .channel = "phone",
                         .message_id = id,
                         .lane = "phone||" + id,
                         .payload = "{}",
                         .correlation_id = "c",
                         .received = clock_.now(),
                         .answer_by = clock_.now() + Millis(15'000)}},
                       {}, [&](auto result) { stored.set_value(std::move(result)); });
    value_of(stored.get_future().get());
  }
  void ask(const std::vector<std::string>& ids) {
    Question question{
        .channel = "phone",
        .context = {{"kind", "tools"}},
        .deadline = clock_.monotonic() + Millis(15'000),
        .evidence = "http:c-1",
        .otherwise = {.status = 200, .body = "busy"},
        .put_into_words =
            [this](const channel::AnswerRequest& request) -> Result<channel::HttpAnswer> {
          if (plugin_fails_) return Error{ErrorClass::bug, "no words"};
          return channel::HttpAnswer{.status = 200, .body = encode(request)};
        },
        .reply = [this](const Response& answer) { answers_.push_back(answer.body); }};
    for (const auto& id : ids) question.messages.push_back({.id = id, .sender_id = "+34600"});
    questions_->ask(std::move(question));
  }
  /// As a worker does: the next message is done with, and `text` is said to it.
  void handle(const std::string& text) {
    const auto leased = *value_of(inbox_->lease("host-1", clock_.now(), Millis(60'000)));
    const auto& message = leased.message;
    const auto reference = reply_reference("hotel-sol", "phone", message.message_id);
    value_of(database_->transact([&](Transaction& tx) {
      inbox_->finish(tx, leased.lease, clock_.now());
      outbox_->add(tx,
                   {.tenant = "hotel-sol",
                    .target = "phone",
                    .lane = message.lane,
                    .payload = encode(channel::SendRequest{.text = text, .reference = reference}),
                    .reference = reference,
                    .created = clock_.now(),
                    .hold = message.answer_by});
    }));
    last_handled_ = message.message_id;
  }
  void tell() { questions_->handled("phone", last_handled_); }

  static channel::Said said(const std::string& id, const std::string& text, bool failed = false) {
    return {.message_id = id, .texts = {text}, .failed = failed};
  }
  static std::string answer(std::vector<channel::Said> said) {
    return encode(channel::AnswerRequest{.said = std::move(said), .context = {{"kind", "tools"}}});
  }
  OutboxState state_of_reply(const std::string& id) {
    return value_of(outbox_->find(reply_reference("hotel-sol", "phone", id)))->state;
  }

  std::filesystem::path folder_;
  FakeClock clock_;
  HandTimers timers_{clock_};
  Metrics metrics_;
  Log log_ = Log::silent();
  bool pool_is_full_ = false;
  bool plugin_fails_ = false;
  std::string last_handled_;
  std::vector<std::string> answers_;
  std::unique_ptr<Database> database_;
  std::optional<Inbox> inbox_;
  std::optional<Outbox> outbox_;
  std::optional<Questions> questions_;
};

TEST_F(QuestionsTest, AnswersAsSoonAsTheMessageIsHandled) {
  receive("m1");
  ask({"m1"});
  EXPECT_EQ(answers_, std::vector<std::string>{});
  handle("Two rooms.");
  tell();
  EXPECT_EQ(answers_, std::vector{answer({said("m1", "Two rooms.")})});
  EXPECT_EQ(state_of_reply("m1"), OutboxState::sent);
}

TEST_F(QuestionsTest, WaitsForAllMessagesOfADelivery) {
  receive("m1");
  receive("m2");
  ask({"m2", "m1"});
  handle("One.");
  tell();
  EXPECT_EQ(answers_, std::vector<std::string>{});
  handle("Two.");
  tell();
  EXPECT_EQ(answers_, std::vector{answer({said("m2", "Two."), said("m1", "One.")})});
}

TEST_F(QuestionsTest, NoticesWhatAnotherHostHandled) {
  receive("m1");
  ask({"m1"});
  handle("Two rooms.");
  timers_.advance(Millis(250));
  EXPECT_EQ(answers_, std::vector{answer({said("m1", "Two rooms.")})});
}

TEST_F(QuestionsTest, ExcusesItselfAtTheDeadlineAndLeavesTheReplyToTheChannel) {
  receive("m1");
  ask({"m1"});
  timers_.advance(Millis(14'999));
  EXPECT_EQ(answers_, std::vector<std::string>{});
  timers_.advance(Millis(1));
  const std::vector excuse{answer({said("m1", "still checking for +34600 by phone", true)})};
  EXPECT_EQ(answers_, excuse);
  handle("Two rooms.");
  tell();
  timers_.advance(Millis(60'000));
  EXPECT_EQ(answers_, excuse);
  EXPECT_EQ(state_of_reply("m1"), OutboxState::pending);
}

TEST_F(QuestionsTest, GivesWhatIsThereAtTheDeadline) {
  receive("m1");
  receive("m2");
  ask({"m1", "m2"});
  handle("One.");
  timers_.advance(Millis(15'000));
  EXPECT_EQ(answers_,
            std::vector{answer(
                {said("m1", "One."), said("m2", "still checking for +34600 by phone", true)})});
}

TEST_F(QuestionsTest, AnswersARepeatedDeliveryTheSameFromTheStore) {
  receive("m1");
  ask({"m1"});
  handle("Two rooms.");
  tell();
  receive("m1");
  ask({"m1"});
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[1], answers_[0]);
}

TEST_F(QuestionsTest, ApologisesForAMessageThatWasGivenUp) {
  receive("m1");
  ask({"m1"});
  const auto leased = *value_of(inbox_->lease("host-1", clock_.now(), Millis(60'000)));
  value_of(database_->transact([&](Transaction& tx) {
    return inbox_->bury(tx, leased, {ErrorClass::permanent, "no"}, clock_.now());
  }));
  questions_->handled("phone", "m1");
  EXPECT_EQ(answers_, std::vector{answer({said("m1", "sorry", true)})});
}

TEST_F(QuestionsTest, GivesThePluginsFirstAnswerWhenItFindsNoWords) {
  receive("m1");
  ask({"m1"});
  handle("Two rooms.");
  plugin_fails_ = true;
  tell();
  EXPECT_EQ(answers_, std::vector<std::string>{"busy"});
  EXPECT_EQ(state_of_reply("m1"), OutboxState::pending);
}

TEST_F(QuestionsTest, LooksAgainWhenThePoolWasFull) {
  receive("m1");
  pool_is_full_ = true;
  ask({"m1"});
  handle("Two rooms.");
  tell();
  EXPECT_EQ(answers_, std::vector<std::string>{});
  pool_is_full_ = false;
  timers_.advance(Millis(250));
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(QuestionsTest, LetsOnlySoManyWait) {
  for (std::size_t i = 0; i < kMostQuestions; ++i) ask({"m" + std::to_string(i)});
  EXPECT_FALSE(questions_->has_room());
  EXPECT_EQ(answers_, std::vector<std::string>{});
  ask({"one too many"});
  EXPECT_EQ(answers_, std::vector<std::string>{"busy"});
}

}  // namespace
}  // namespace conserje
