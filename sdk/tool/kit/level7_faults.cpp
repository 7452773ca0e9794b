#include <algorithm>
#include <string>

#include "kit/instance.hpp"
#include "kit/scarcity.hpp"

// Level 7: a host, a vendor and a machine that fail.

namespace conserje::kit {
namespace {

constexpr int kSets = 5;
constexpr long kMostAllocations = 400;  // That are made to fail, one by one.

/// Asks valid questions of an instance whose host has `faults`.
template <class F>
void with_faults(Subject& subject, const Faults& faults, F&& judge) {
  Instance instance(subject);
  instance.start();
  instance.host().faults = faults;
  auto generator = subject.generator();
  for (int i = 0; i < kSets; ++i)
    for (const auto& question : valid_questions(subject, generator)) {
      const auto exchanges = instance.host().http_calls();
      const auto answer = instance.ask(question);
      expect_no_bug(question, answer);
      judge(question, answer, instance.host().http_calls() > exchanges);
    }
}

void survives(Subject& subject, const Faults& faults) {
  with_faults(subject, faults, [](const Question&, const Answer&, bool) {});
}

Faults answering(Result<HttpResponse> response) {
  Faults faults;
  faults.http = [response = std::move(response)](const http::HttpCall&, std::string_view) {
    return response;
  };
  return faults;
}
Faults answering(std::int64_t status, std::string body) {
  return answering(HttpResponse{.status = status,
                                .headers = {{"content-type", "application/json"}},
                                .body = std::move(body)});
}

/// Whether the answer says that something was done for somebody.
bool claims_success(const Question& question, const Answer& answer) {
  if (!answer.ok()) return false;
  const auto head = Json::parse(answer.head.empty() ? "{}" : answer.head);
  if (question.name == "channel.send") return true;
  if (question.name == "sink.deliver") {
    const auto& results = head["results"];
    return std::ranges::any_of(results,
                               [](const Json& result) { return result["status"] == "ok"; });
  }
  const bool writes = question.name == "pms.create" || question.name == "pms.modify" ||
                      question.name == "pms.cancel";
  return writes && head.value("outcome", "") == "done";
}

void claims_nothing(Subject& subject, const Faults& faults, const std::string& when) {
  bool has_asked = false;
  with_faults(subject, faults, [&](const Question& question, const Answer& answer, bool used_http) {
    if (!used_http) return;
    has_asked = true;
    require(!claims_success(question, answer),
            question.name + " claims success " + when + ": " + answer.words(),
            "the class that the failure is worth");
  });
  if (!has_asked) throw Skipped{"none of its calls used cj.http/1"};
}

void http_500(Subject& subject) {
  claims_nothing(subject, answering(500, "oops"), "after HTTP 500");
}
void http_401(Subject& subject) { claims_nothing(subject, answering(401, "{}"), "after HTTP 401"); }
void http_404(Subject& subject) { claims_nothing(subject, answering(404, "{}"), "after HTTP 404"); }
void http_302(Subject& subject) {
  claims_nothing(subject,
                 answering(HttpResponse{.status = 302, .headers = {{"location", "https://a.b/"}}}),
                 "after HTTP 302");
}
void http_refused(Subject& subject) {
  claims_nothing(subject, answering(Error{ErrorClass::retry, "connection refused"}),
                 "without a connection");
}
void http_unknown(Subject& subject) {
  claims_nothing(subject, answering(Error{ErrorClass::deadline, "the answer was lost"}),
                 "without an answer");
}
void http_denied(Subject& subject) {
  claims_nothing(subject, answering(Error{ErrorClass::config, "not allowed"}),
                 "where the host denies");
}

void http_429(Subject& subject) {
  const auto busy = answering(HttpResponse{
      .status = 429, .headers = {{"retry-after", "7"}}, .body = R"({"error":"rate"})"});
  bool has_asked = false;
  with_faults(subject, busy, [&](const Question& question, const Answer& answer, bool used_http) {
    if (!used_http) return;
    has_asked = true;
    require(!claims_success(question, answer),
            question.name + " claims success after HTTP 429: " + answer.words(), "class retry");
    const bool gives_up = question.name == "sink.deliver"
                              ? answer.head.find("\"permanent\"") != std::string::npos
                              : CJ_STATUS_CLASS(answer.status) == CJ_CLASS_PERMANENT;
    require(!gives_up, question.name + " gives up after HTTP 429: " + answer.words(),
            "class retry: the vendor asks to wait");
  });
  if (!has_asked) throw Skipped{"none of its calls used cj.http/1"};
}

void http_strange(Subject& subject) {
  for (const auto& body : {std::string("<html>Bad gateway</html>"), std::string(),
                           std::string("{\"messages\":[{\"id\""), std::string("\xff\xfe\x00", 3),
                           std::string(2'000, '['), std::string("null"), std::string("[]"),
                           std::string("{\"a\":1e400}"), std::string(1 << 20, 'x')})
    survives(subject, answering(200, body));
}
void http_statuses(Subject& subject) {
  for (const std::int64_t status : {0, 100, 204, 301, 400, 403, 409, 410, 418, 451, 502, 503, 999})
    survives(subject, answering(status, "{}"));
}
void http_headers(Subject& subject) {
  std::vector<http::HttpHeader> headers;
  for (int i = 0; i < 200; ++i)
    headers.push_back({"x-" + std::to_string(i), std::string(200, 'y')});
  for (const char* retry_after : {"", "-1", "99999999999999999999", "Fri, 31 Feb 2026", "\xff"}) {
    auto given = headers;
    given.push_back({"retry-after", retry_after});
    survives(subject, answering(HttpResponse{.status = 503, .headers = given}));
  }
}

/// Replies that a fuzzer makes of a few documents.
void http_torn(Subject& subject) {
  Generator generator(subject.options().seed);
  for (int i = 0; i < 20; ++i) {
    Faults faults;
    faults.http = [&](const http::HttpCall&, std::string_view) -> Result<HttpResponse> {
      return HttpResponse{
          .status = 200,
          .body = generator.mutated(R"({"messages":[{"id":"wamid.1"}],"id":"R1","error":null})")};
    };
    survives(subject, faults);
  }
}

Faults with_kv(std::uint32_t status) {
  Faults faults;
  faults.kv_status = status;
  return faults;
}
void kv_fails(Subject& subject) {
  if (subject.manifest().permissions.kv_quota_bytes == 0) throw Skipped{"it has no cj.kv/1"};
  for (const std::uint32_t status : {CJ_STATUS(CJ_CLASS_RETRY, 0), CJ_TOO_LARGE, CJ_CONFLICT,
                                     CJ_NOT_FOUND, CJ_STATUS(CJ_CLASS_DEADLINE, 0)})
    survives(subject, with_kv(status));
}
void kv_strange(Subject& subject) {
  if (subject.manifest().permissions.kv_quota_bytes == 0) throw Skipped{"it has no cj.kv/1"};
  for (const char* value : {"", "{", "[]", "-1", "\xff", "{\"a\":null}"}) {
    Faults faults;
    faults.kv_value = value;
    survives(subject, faults);
  }
}
void kv_denied(Subject& subject) { survives(subject, with_kv(CJ_DENIED)); }

void clock_jumps(Subject& subject) {
  constexpr std::int64_t kDay = 86'400'000;
  for (const auto shift : {kDay, -kDay, 400 * kDay, -400 * kDay, -20'000 * kDay, 100'000 * kDay}) {
    Faults faults;
    faults.wall_shift_ms = shift;
    survives(subject, faults);
  }
}

void no_secrets(Subject& subject) {
  if (subject.config().secrets.empty()) throw Skipped{"its configuration has no secret"};
  Faults faults;
  faults.no_secrets = true;
  survives(subject, faults);
}

void emit_fails(Subject& subject) {
  Faults faults;
  faults.emit = Error{ErrorClass::retry, "the store is away"};
  survives(subject, faults);
}

void timer_fails(Subject& subject) {
  Instance instance(subject);
  instance.host().faults.timer_status = CJ_TOO_LARGE;
  try {
    instance.start();
  } catch (const Broken& broken) {
    require(broken.found.find("bug") == std::string::npos, broken.found, "another class than bug");
  }
}

void start_fails(Subject& subject) {
  Instance instance(subject);
  instance.host().faults = answering(500, "");
  instance.host().faults.kv_status = CJ_STATUS(CJ_CLASS_RETRY, 0);
  try {
    instance.start();
  } catch (const Broken& broken) {  // It may refuse, but not as a bug, and it is destroyed then.
    require(broken.found.find(": bug") == std::string::npos, broken.found,
            "class retry, auth or config");
  }
}

void recovers(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  auto questions = valid_questions(subject, generator);
  std::vector<std::uint32_t> before;
  for (const auto& question : questions) before.push_back(instance.ask(question).status);
  instance.host().faults = answering(503, "");
  for (const auto& question : questions) (void)instance.ask(question);
  instance.host().faults = {};
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto answer = instance.ask(questions[i]);
    require(before[i] != CJ_OK || answer.ok(),
            questions[i].name + " stays broken after a fault: " + answer.words(),
            "calls that succeed again once the vendor does");
  }
}

/// The least allocation that is made to fail. In C each. In C++ those of a size that fails in
/// practice: destructors may allocate a little (nlohmann's do), and nobody can catch what they
/// throw.
std::size_t least_failing(Subject& subject) {
  const auto& runtime = subject.manifest().runtime;
  if (runtime == "rust") throw Skipped{"Rust ends the process when memory runs out, and says so"};
  return runtime == "c" ? 0 : 4096;
}

/// The question with so much text that somebody must allocate for it.
Question with_much_text(Question question) {
  auto head = Json::parse(question.head);
  head["member_of_a_later_revision"] = std::string(64 * 1024, 'x');
  question.head = head.dump();
  return question;
}

void failed_allocations(Subject& subject) {
  const auto least = least_failing(subject);
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  auto questions = valid_questions(subject, generator);
  for (auto& question : questions) {
    question = with_much_text(std::move(question));
    (void)instance.ask(question);
  }
  Scarcity scarcity(subject.plugin(), least);
  long failed = 0;
  for (const auto& question : questions)
    for (long nth = 0; nth < kMostAllocations; ++nth) {
      scarcity.fail_after(nth);
      (void)instance.ask(question);  // Whatever it says: the process goes on.
      if (!scarcity.has_failed()) break;
      ++failed;
    }
  scarcity.fail_after(-1);
  for (const auto& question : questions) (void)instance.ask(question);
  subject.note(std::to_string(failed) + " allocations failed, of " +
               std::to_string(scarcity.turned()) + " imports");
}

void failed_create(Subject& subject) {
  const auto least = least_failing(subject);
  const auto& config = subject.config();
  const auto text = config.config.dump();
  Scarcity scarcity(subject.plugin(), least);
  for (long nth = 0; nth < kMostAllocations; ++nth) {
    KitHost host(subject.manifest().permissions.http, true, config.config, config.secrets);
    const cj_instance* made = nullptr;
    scarcity.fail_after(nth);
    (void)create_with(subject.plugin().create, host.wire(), text, &made);
    const bool has_failed = scarcity.has_failed();
    scarcity.fail_after(-1);
    if (made != nullptr) sized_copy(made).destroy(made->self);
    if (!has_failed) break;
  }
}

constexpr std::chrono::seconds kLong{30};
constexpr Check kChecks[] = {
    {7, "faults.500", "It claims no success after HTTP 500", http_500},
    {7, "faults.401", "It claims no success after HTTP 401", http_401},
    {7, "faults.404", "It claims no success after HTTP 404", http_404},
    {7, "faults.302", "It claims no success after HTTP 302", http_302},
    {7, "faults.429", "It waits when the vendor asks it to", http_429},
    {7, "faults.refused", "It claims no success without a connection", http_refused},
    {7, "faults.lost", "It claims no success when the answer is lost", http_unknown},
    {7, "faults.denied", "It claims no success where the host denies", http_denied},
    {7, "faults.bodies", "It bears replies that are not the vendor's", http_strange, kLong},
    {7, "faults.statuses", "It bears every HTTP status", http_statuses, kLong},
    {7, "faults.headers", "It bears strange headers", http_headers},
    {7, "faults.torn", "It bears replies that are torn", http_torn, kLong},
    {7, "faults.kv", "It bears a store that fails", kv_fails},
    {7, "faults.kv_values", "It bears values that it has not written", kv_strange},
    {7, "faults.kv_denied", "It bears a store that is denied", kv_denied},
    {7, "faults.clock", "It bears a clock that jumps", clock_jumps},
    {7, "faults.secrets", "It bears secrets that are gone", no_secrets},
    {7, "faults.emit", "It bears events that are not taken", emit_fails},
    {7, "faults.timer", "It bears timers that are not set", timer_fails},
    {7, "faults.start", "It bears a start among failures", start_fails},
    {7, "faults.recovers", "It works again after a fault", recovers},
    {7, "faults.memory", "It bears allocations that fail in a call", failed_allocations, kLong},
    {7, "faults.memory_create", "It bears allocations that fail in create", failed_create, kLong},
};

}  // namespace

std::span<const Check> level_7_faults() { return kChecks; }

}  // namespace conserje::kit
