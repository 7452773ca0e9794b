#include "kit/seat.hpp"

// Level 8: the same recording gives the same bytes in this process and in a worker.

namespace conserje::kit {
namespace {

constexpr int kSets = 20;
constexpr std::int64_t kNow = 1'767'225'600'000;  // 2026-01-01T00:00:00Z, on both sides.

void expect_parity(Subject& subject, const Faults& faults) {
  const auto worker = seat_in_a_worker(subject);
  const auto here = seat_here(subject);
  for (Seat* seat : {worker.get(), here.get()}) {
    seat->host().faults = faults;
    seat->host().faults.wall_ms = kNow;
  }
  auto generator = subject.generator();
  for (int i = 0; i < kSets; ++i)
    for (const auto& question : valid_questions(subject, generator)) {
      const auto expected = here->ask(question);
      const auto found = worker->ask(question);
      require(
          found == expected,
          shown(question) + ": " + found.words() + " in a worker, " + expected.words() + " here",
          "the same bytes on both sides");
    }
}

void same_when_fine(Subject& subject) { expect_parity(subject, {}); }

void same_when_failing(Subject& subject) {
  Faults faults;
  faults.http = [](const http::HttpCall&, std::string_view) -> Result<HttpResponse> {
    return HttpResponse{.status = 503, .headers = {{"retry-after", "5"}}};
  };
  expect_parity(subject, faults);
}

constexpr Check kChecks[] = {
    {8, "parity.calls", "It answers the same in a worker", same_when_fine},
    {8, "parity.faults", "It fails the same in a worker", same_when_failing},
};

}  // namespace

std::span<const Check> level_8_parity() { return kChecks; }

}  // namespace conserje::kit
