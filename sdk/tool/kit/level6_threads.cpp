#include <algorithm>
#include <thread>

#include "kit/instance.hpp"
#include "kit/measure.hpp"

// Level 6: the concurrency that the manifest declares, and what runs beside it.

namespace conserje::kit {
namespace {

constexpr int kCallsPerThread = 50;
constexpr unsigned kMostThreads = 8;
constexpr Millis kInlineBeside{200};

/// Runs `body(i)` on `count` threads at once; the first Broken of any of them is thrown here.
template <class F>
void on_threads(unsigned count, F&& body) {
  std::mutex mutex;
  std::optional<Broken> first;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        try {
          body(i);
        } catch (const Broken& broken) {
          const std::lock_guard lock(mutex);
          if (!first) first = broken;
        }
      });
  }
  if (first) throw Broken(*first);
}

unsigned declared(Subject& subject) {
  const auto parallel = subject.manifest().parallel;
  if (parallel < 2) throw Skipped{"its concurrency is serial"};
  return std::min(parallel, kMostThreads);
}

void ask_all(Instance& instance, std::uint64_t seed) {
  Generator generator(seed);
  for (int i = 0; i < kCallsPerThread; ++i)
    for (auto& question : valid_questions(instance.subject(), generator)) {
      question.call_id = seed * 1'000'000 + static_cast<std::uint64_t>(i) * 100 + 1;
      expect_no_bug(question, instance.ask(question));
    }
}

void under_load(Subject& subject) {
  const auto threads = declared(subject);
  Instance instance(subject);
  instance.start();
  on_threads(threads, [&](unsigned i) { ask_all(instance, subject.options().seed + i); });
  subject.note(std::to_string(threads) + " threads");
}

void same_answers_under_load(Subject& subject) {
  const auto threads = declared(subject);
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  std::vector<std::pair<Question, Answer>> alone;
  for (const auto& question : valid_questions(subject, generator)) {
    if (!method_schema(question.name)->is_idempotent) continue;
    (void)instance.ask(question);
    alone.emplace_back(question, instance.ask(question));
  }
  on_threads(threads, [&](unsigned) {
    for (int i = 0; i < kCallsPerThread; ++i)
      for (const auto& [question, answer] : alone) {
        const auto beside = instance.ask(question);
        require(beside.status == answer.status,
                shown(question) + ": " + beside.words() + " beside others, " + answer.words() +
                    " alone",
                "calls that do not disturb each other");
      }
  });
}

/// Each text comes back to the one who sent it: nothing is kept where another call finds it.
void does_not_mix(Subject& subject) {
  const auto threads = declared(subject);
  Instance instance(subject);
  instance.start();
  on_threads(threads, [&](unsigned i) {
    Generator generator(subject.options().seed + i);
    for (int round = 0; round < kCallsPerThread; ++round)
      for (auto& question : valid_questions(subject, generator)) {
        auto head = Json::parse(question.head);
        if (!head.contains("reference")) continue;
        const auto mine = "mine-" + std::to_string(i) + "-" + std::to_string(round);
        head["reference"] = mine;
        question.key = mine;
        question.head = head.dump();
        const auto answer = instance.ask(question);
        const auto other = answer.head.find("\"mine-");
        require(
            other == std::string::npos || answer.head.compare(other + 1, mine.size(), mine) == 0,
            question.name + " answers " + mine + " with another call's reference",
            "replies that belong to their request");
      }
  });
}

void one_after_another(Subject& subject) {
  Instance instance(subject);
  instance.start();
  std::mutex turn;
  on_threads(3, [&](unsigned i) {
    Generator generator(subject.options().seed + i);
    for (int round = 0; round < 10; ++round)
      for (const auto& question : valid_questions(subject, generator)) {
        const std::lock_guard lock(turn);
        expect_no_bug(question, instance.ask(question));
      }
  });
}

void health_and_cancel_beside(Subject& subject) {
  Instance instance(subject);
  instance.start();
  std::atomic<bool> is_over{false};
  on_threads(3, [&](unsigned i) {
    if (i == 0) {
      ask_all(instance, subject.options().seed);
      is_over = true;
      return;
    }
    while (!is_over) {
      if (i == 1)
        (void)instance.health();
      else
        instance.cancel(1 + static_cast<std::uint64_t>(i));
      std::this_thread::yield();
    }
  });
}

void two_instances(Subject& subject) {
  if (subject.manifest().exclusive) throw Skipped{"the manifest says that it is exclusive"};
  Instance first(subject);
  Instance second(subject);
  first.start();
  second.start();
  on_threads(2, [&](unsigned i) { ask_all(i == 0 ? first : second, subject.options().seed + i); });
}

void created_beside(Subject& subject) {
  if (subject.manifest().exclusive) throw Skipped{"the manifest says that it is exclusive"};
  (void)subject.config();
  (void)subject.plugin();
  on_threads(3, [&](unsigned) {
    for (int i = 0; i < 10; ++i) {
      Instance instance(subject);
      instance.start();
      (void)instance.drain();
      instance.destroy();
    }
  });
}

void released_on_any(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  std::vector<std::unique_ptr<ResultRoom>> rooms;
  for (int i = 0; i < 20; ++i)
    for (const auto& question : valid_questions(subject, generator))
      instance.ask_into(question, *rooms.emplace_back(std::make_unique<ResultRoom>()));
  on_threads(4, [&](unsigned i) {
    for (auto at = static_cast<std::size_t>(i); at < rooms.size(); at += 4)
      (void)rooms[at]->take("a reply");
  });
}

void threads_may_end(Subject& subject) {
  Instance instance(subject);
  instance.start();
  on_threads(2, [&, turn = std::make_shared<std::mutex>()](unsigned i) {
    const std::lock_guard lock(*turn);
    Generator generator(subject.options().seed + i);
    for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
  });
  (void)instance.drain();
  instance.destroy();
}

void late_host_calls(Subject& subject) {
  Instance instance(subject);
  instance.start();
  ask_all(instance, subject.options().seed);
  (void)instance.drain();
  instance.host().close();
  instance.destroy();
  std::this_thread::sleep_for(subject.patience(Millis(50)));
  require(instance.host().late_calls() == 0,
          std::to_string(instance.host().late_calls()) + " call(s) of the host after drain",
          "a host that is left alone after drain");
}

/// A pool call that hangs must not hold what an inline one needs.
void inline_beside_a_hung_call(Subject& subject) {
  (void)declared(subject);
  const auto& methods = subject.manifest().methods;
  if (std::ranges::none_of(methods, [](const auto& method) { return method.is_inline; }))
    throw Skipped{"it has no inline methods"};
  Instance instance(subject);
  instance.start();
  instance.host().faults.http_hangs = true;
  auto generator = subject.generator();
  auto questions = valid_questions(subject, generator);
  std::atomic<bool> is_running{true};
  std::uint32_t cancelled = 0;
  on_threads(2, [&](unsigned i) {
    for (auto& question : questions) {
      const bool is_inline = subject.manifest().method(question.method)->is_inline;
      if (is_inline != (i == 1)) continue;
      if (!is_inline) {
        auto hung = question;
        hung.cancelled = &cancelled;
        hung.timeout = Millis(2'000);
        (void)instance.ask(hung);
        continue;
      }
      std::this_thread::sleep_for(subject.patience(Millis(20)));
      const auto from = std::chrono::steady_clock::now();
      (void)instance.ask(question);
      const auto time = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - from);
      __atomic_store_n(&cancelled, 1U, __ATOMIC_RELEASE);
      require(
          time <= subject.patience(kInlineBeside),
          question.name + " took " + std::to_string(time.count()) + " ms beside a call that waits",
          "no lock that a slow call holds");
    }
    is_running = false;
  });
}

void timer_beside(Subject& subject) {
  (void)declared(subject);
  Instance instance(subject);
  instance.start();
  on_threads(2, [&](unsigned i) {
    if (i == 0) return ask_all(instance, subject.options().seed);
    const Question tick{.name = "core.timer", .method = CJ_CORE_TIMER, .head = R"({"name":"kit"})"};
    for (int round = 0; round < kCallsPerThread; ++round) expect_no_bug(tick, instance.ask(tick));
  });
}

constexpr std::chrono::seconds kLong{30};
constexpr Check kChecks[] = {
    {6, "threads.load", "It bears as many calls at once as it declares", under_load, kLong},
    {6, "threads.same", "Calls at once are answered as calls alone", same_answers_under_load,
     kLong},
    {6, "threads.mixed", "Calls at once are not mixed up", does_not_mix, kLong},
    {6, "threads.turns", "Its calls may come from threads in turn", one_after_another},
    {6, "threads.beside", "health and cancel run beside calls", health_and_cancel_beside, kLong},
    {6, "threads.instances", "Two instances work at once", two_instances, kLong},
    {6, "threads.lives", "Instances begin and end beside each other", created_beside, kLong},
    {6, "threads.release", "Replies are released on any threads at once", released_on_any},
    {6, "threads.end", "A thread that has called it may end", threads_may_end},
    {6, "threads.late", "It leaves the host alone after drain, also after work", late_host_calls,
     kLong},
    {6, "threads.inline", "Inline methods do not wait for others", inline_beside_a_hung_call},
    {6, "threads.timer", "Timers run beside calls", timer_beside, kLong},
};

}  // namespace

std::span<const Check> level_6_threads() { return kChecks; }

}  // namespace conserje::kit
