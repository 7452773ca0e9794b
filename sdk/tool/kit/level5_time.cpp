#include <functional>
#include <future>
#include <thread>

#include "kit/instance.hpp"
#include "kit/measure.hpp"

// Level 5: deadlines, cancels, a network that does not answer.

namespace conserje::kit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kDeadline{100};
constexpr Millis kGrace{1'000};  // After a deadline or a cancel.
constexpr Millis kLongestCall{3'000};
constexpr Millis kQuick{100};       // cancel, health.
constexpr double kIdleShare = 0.2;  // Of one CPU.

Millis took(const std::function<void()>& what) {
  const auto from = Clock::now();
  what();
  return std::chrono::duration_cast<Millis>(Clock::now() - from);
}

void expect_within(Subject& subject, Millis limit, const std::string& what,
                   const std::function<void()>& body) {
  const auto time = took(body);
  require(time <= subject.patience(limit), what + " took " + std::to_string(time.count()) + " ms",
          "at most " + std::to_string(subject.patience(limit).count()) + " ms here");
}

/// A call that runs on a thread of its own, while the test does something beside it.
class Running {
 public:
  Running(Instance& instance, Question question)
      : instance_(instance), question_(std::move(question)) {
    question_.timeout = kLongestCall;
    question_.cancelled = &cancelled_;
    answer_ = std::async(std::launch::async, [this] { return instance_.ask(question_); });
  }
  bool is_done_within(Millis time) { return answer_.wait_for(time) == std::future_status::ready; }
  void cancel() {
    __atomic_store_n(&cancelled_, 1U, __ATOMIC_RELEASE);
    instance_.cancel(question_.call_id);
  }
  Answer answer() { return answer_.get(); }

 private:
  Instance& instance_;
  Question question_;
  std::uint32_t cancelled_ = 0;
  std::future<Answer> answer_;
};

template <class F>
void with_questions(Subject& subject, bool http_hangs, F&& ask) {
  Instance instance(subject);
  instance.start();
  instance.host().faults.http_hangs = http_hangs;
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) ask(instance, question);
}

void no_deadline(Subject& subject) {
  with_questions(subject, false, [&](Instance& instance, Question question) {
    question.timeout = Millis(0);
    expect_no_bug(question, instance.ask(question));
  });
}

void past_deadline(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, Question question) {
    question.timeout = Millis(-10);
    expect_within(subject, kGrace, question.name + " past its deadline",
                  [&] { expect_no_bug(question, instance.ask(question)); });
  });
}

void hung_http(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, Question question) {
    question.timeout = kDeadline;
    expect_within(subject, kDeadline + kGrace, question.name + " with a network that is silent",
                  [&] { expect_no_bug(question, instance.ask(question)); });
  });
}

void deadline_without_http(Subject& subject) {
  with_questions(subject, false, [&](Instance& instance, Question question) {
    question.timeout = kDeadline;
    expect_within(subject, kDeadline + kGrace, question.name + " with 100 ms to go",
                  [&] { (void)instance.ask(question); });
  });
}

void claims_no_success(Subject& subject) {
  bool has_asked = false;
  with_questions(subject, true, [&](Instance& instance, Question question) {
    if (question.name != "sink.deliver" && question.name != "channel.send") return;
    auto head = Json::parse(question.head);
    if (question.name == "sink.deliver" && head["deliveries"].empty()) return;
    question.timeout = kDeadline;
    const auto exchanges = instance.host().http_calls();
    const auto answer = instance.ask(question);
    if (instance.host().http_calls() == exchanges) return;
    has_asked = true;
    require(!answer.ok() || answer.head.find("\"ok\"") == std::string::npos,
            question.name + " says ok, and nobody has answered: " + answer.words(),
            "class deadline or retry");
  });
  if (!has_asked) throw Skipped{"none of its calls used cj.http/1"};
}

void cancel_ends_a_call(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, const Question& question) {
    Running call(instance, question);
    (void)call.is_done_within(subject.patience(Millis(20)));
    call.cancel();
    require(call.is_done_within(subject.patience(kGrace)), question.name + " goes on after cancel",
            "a call that returns soon once call->cancelled is set");
    expect_no_bug(question, call.answer());
  });
}

void cancel_of_nothing(Subject& subject) {
  Instance instance(subject);
  instance.start();
  for (const std::uint64_t id : {0ULL, 1ULL, 77ULL, ~0ULL})
    expect_within(subject, kQuick, "cancel of a call that does not run",
                  [&] { instance.cancel(id); });
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) {
    const auto answer = instance.ask(question);
    require(CJ_STATUS_CLASS(answer.status) != CJ_CLASS_CANCELLED,
            question.name + " is cancelled by an earlier cancel", "a cancel of one call");
  }
}

void cancel_is_quick(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, const Question& question) {
    Running call(instance, question);
    (void)call.is_done_within(subject.patience(Millis(20)));
    expect_within(subject, kQuick, "cancel beside " + question.name, [&] { call.cancel(); });
    (void)call.answer();
  });
}

void health_is_quick(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, const Question& question) {
    Running call(instance, question);
    (void)call.is_done_within(subject.patience(Millis(20)));
    expect_within(subject, kQuick, "health beside " + question.name,
                  [&] { (void)instance.health(); });
    call.cancel();
    (void)call.answer();
  });
}

void start_is_quick(Subject& subject) {
  Instance instance(subject);
  instance.host().faults.http_hangs = true;
  expect_within(subject, Millis(10'000) + kGrace, "start with a silent network", [&] {
    try {
      instance.start();
    } catch (const Broken&) {  // It may say that it cannot: in time is what is asked here.
    }
  });
}

void drain_is_in_time(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
  instance.host().faults.http_hangs = true;
  expect_within(subject, Millis(500) + kGrace, "drain", [&] { (void)instance.drain(Millis(500)); });
  expect_within(subject, kGrace, "destroy", [&] { instance.destroy(); });
}

void waits_without_work(Subject& subject) {
  with_questions(subject, true, [&](Instance& instance, Question question) {
    question.timeout = Millis(150);
    const CpuShare measured;
    (void)instance.ask(question);
    if (measured.time() < Millis(100)) return;
    const auto share = measured.now();
    require(share < kIdleShare * subject.options().slow,
            question.name + " uses " + std::to_string(static_cast<int>(share * 100)) +
                " % of a CPU while it waits",
            "waiting that costs nothing");
  });
}

void rests(Subject& subject) {
  Instance instance(subject);
  instance.start();
  const CpuShare measured;
  std::this_thread::sleep_for(Millis(200));
  const auto share = measured.now();
  require(share < kIdleShare * subject.options().slow,
          "it uses " + std::to_string(static_cast<int>(share * 100)) + " % of a CPU when idle",
          "background work that waits");
}

constexpr std::chrono::seconds kLong{30};
constexpr Check kChecks[] = {
    {5, "time.none", "It answers calls without a deadline", no_deadline},
    {5, "time.past", "It gives up what is past its deadline", past_deadline},
    {5, "time.hung", "It gives up by the deadline when the network is silent", hung_http, kLong},
    {5, "time.soon", "It answers by a deadline that is near", deadline_without_http},
    {5, "time.truth", "It claims no success when nobody answered", claims_no_success},
    {5, "time.cancel", "cancel ends a call that waits", cancel_ends_a_call, kLong},
    {5, "time.cancel_idle", "cancel of a call that does not run does nothing", cancel_of_nothing},
    {5, "time.cancel_quick", "cancel does not block", cancel_is_quick, kLong},
    {5, "time.health", "health does not wait for calls", health_is_quick, kLong},
    {5, "time.start", "start ends by its deadline", start_is_quick, kLong},
    {5, "time.drain", "drain and destroy end by their deadline", drain_is_in_time},
    {5, "time.busy", "Its calls wait without work", waits_without_work},
    {5, "time.idle", "It rests when nobody asks", rests},
};

}  // namespace

std::span<const Check> level_5_time() { return kChecks; }

}  // namespace conserje::kit
