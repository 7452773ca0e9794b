#include "kit/instance.hpp"
#include "kit/slope.hpp"

// Level 10: much of everything, by the seed.

namespace conserje::kit {
namespace {

constexpr int kFuzzed = 5'000;        // Sets of questions.
constexpr std::size_t kSoak = 2'000;  // Sets of questions, twice.

/// A host that has a bad day: a fault of each sort, now and then.
Faults bad_day(Generator& generator) {
  Faults faults;
  switch (generator.number(6)) {
    case 0: faults.kv_status = CJ_STATUS(CJ_CLASS_RETRY, 0); break;
    case 1: faults.no_secrets = true; break;
    case 2: faults.wall_shift_ms = -86'400'000; break;
    case 3: {
      const auto status = static_cast<std::int64_t>(generator.number(600));
      const auto body = generator.mutated(R"({"messages":[{"id":"m1"}],"error":{"code":1}})");
      faults.http = [=](const http::HttpCall&, std::string_view) -> Result<HttpResponse> {
        return HttpResponse{.status = status, .body = body};
      };
      break;
    }
    default: break;
  }
  return faults;
}

Question fuzzed(Question question, Generator& generator) {
  if (generator.coin()) question.head = generator.mutated(question.head);
  for (auto& attachment : question.attachments)
    if (generator.coin()) attachment = generator.mutated(attachment);
  if (generator.number(10) == 0) question.attachments.emplace_back("more");
  return question;
}

void fuzz(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  for (int i = 0; i < kFuzzed; ++i) {
    instance.host().faults = bad_day(generator);
    for (const auto& question : valid_questions(subject, generator)) {
      const auto asked = fuzzed(question, generator);
      expect_no_bug(asked, instance.ask(asked));
    }
  }
}

void memory(Subject& subject) {
  Instance instance(subject);
  instance.start();
  // The same questions again and again: what is stored once by its key is stored once.
  auto generator = subject.generator();
  std::vector<Question> questions;
  for (int i = 0; i < 10; ++i)
    for (auto& question : valid_questions(subject, generator))
      questions.push_back(std::move(question));
  std::size_t at = 0;
  expect_flat_heap(subject, "a call", kSoak, [&] {
    if (at % questions.size() == 0) instance.host().faults = bad_day(generator);
    (void)instance.ask(questions[at++ % questions.size()]);
  });
}

void descriptors_and_threads(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  const auto ask = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      instance.host().faults = bad_day(generator);
      for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
    }
  };
  ask(kSoak / 4);
  const auto open = descriptors().size();
  const auto threads = thread_count();
  ask(kSoak);
  require(descriptors().size() <= open + 2,
          std::to_string(descriptors().size() - open) + " descriptors more", "a flat line");
  require(thread_count() <= threads + 2, std::to_string(thread_count() - threads) + " threads more",
          "a flat line");
}

void lives(Subject& subject) {
  auto generator = subject.generator();
  (void)subject.config();
  expect_flat_heap(subject, "a life with work", 200, [&] {
    Instance instance(subject);
    instance.start();
    instance.host().faults = bad_day(generator);
    Generator same(subject.options().seed);
    for (const auto& question : valid_questions(subject, same)) (void)instance.ask(question);
  });
}

constexpr std::chrono::seconds kLong{300};
constexpr Check kChecks[] = {
    {10, "soak.fuzz", "It bears what a fuzzer makes of requests and replies", fuzz, kLong},
    {10, "soak.memory", "Its memory stays flat under calls and faults", memory, kLong},
    {10, "soak.descriptors", "Its descriptors and threads stay flat", descriptors_and_threads,
     kLong},
    {10, "soak.lives", "Its memory stays flat over lives with work", lives, kLong},
};

}  // namespace

std::span<const Check> level_10_soak() { return kChecks; }

}  // namespace conserje::kit
