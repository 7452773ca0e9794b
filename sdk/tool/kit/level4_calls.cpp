#include <algorithm>
#include <thread>

#include "kit/instance.hpp"
#include "kit/measure.hpp"
#include "kit/slope.hpp"

// Level 4: each method with whatever it may be asked, and what becomes of the bytes.

namespace conserje::kit {
namespace {

constexpr int kSets = 20;             // Of valid questions.
constexpr std::size_t kRounds = 200;  // Of each method, twice.
constexpr std::uint32_t kNoMethod = CJ_METHOD(0x7fff, 1);
constexpr Millis kInline{50};

/// A started instance, asked by `ask(instance, question)` with each of `sets` sets of questions.
template <class F>
void with_questions(Subject& subject, int sets, F&& ask) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  for (int i = 0; i < sets; ++i)
    for (const auto& question : valid_questions(subject, generator)) ask(instance, question);
}

void valid(Subject& subject) {
  std::size_t asked = 0;
  with_questions(subject, kSets, [&](Instance& instance, const Question& question) {
    expect_no_bug(question, instance.ask(question));
    ++asked;
  });
  require(asked > 0, "none of its methods is known here", "a method of sdk/schema");
  subject.note(std::to_string(asked) + " calls");
}

void replies_fit(Subject& subject) {
  with_questions(subject, kSets, [](Instance& instance, const Question& question) {
    const auto answer = instance.ask(question);
    if (!answer.ok()) return;
    const auto schema = method_schema(question.name);
    const auto reply = answer.head.empty() ? Json::object() : Json::parse(answer.head);
    auto wrong = misfit(reply, *schema->reply, *schema->definitions);
    if (wrong.empty()) wrong = wrong_words(question.name, Json::parse(question.head), reply);
    require(wrong.empty(), shown(question) + ": " + wrong, "a reply as sdk/schema describes it");
  });
}

void supports_its_methods(Subject& subject) {
  with_questions(subject, 1, [](Instance& instance, const Question& question) {
    const auto answer = instance.ask(question);
    require(answer.status != CJ_UNSUPPORTED, question.name + " is not supported",
            "every method of the manifest");
  });
}

void ask_with_heads(Subject& subject, const std::vector<std::string>& heads) {
  with_questions(subject, 1, [&](Instance& instance, Question question) {
    for (const auto& head : heads) {
      question.head = head;
      expect_no_bug(question, instance.ask(question));
    }
  });
}

void empty(Subject& subject) { ask_with_heads(subject, {"", "{}"}); }
void broken(Subject& subject) {
  ask_with_heads(subject, {"{\"a\":", "[]", "null", "7", "{", "\""});
}
void not_utf8(Subject& subject) {
  ask_with_heads(subject, {"\xff\xfe", "{\"text\":\"\xff\"}", "{\"text\":\"\\ud800\"}",
                           std::string("{\"a\":\"\0\"}", 9)});
}
void deep(Subject& subject) {
  constexpr std::size_t kDeep = 5'000;
  ask_with_heads(subject, {std::string(kDeep, '[') + std::string(kDeep, ']'),
                           std::string(kDeep, '['), std::string(kDeep, '{')});
}

void texts_not_utf8(Subject& subject) {
  with_questions(subject, 3, [](Instance& instance, Question question) {
    for (auto at = question.head.find(kGuestMark); at != std::string::npos;
         at = question.head.find(kGuestMark, at + 1))
      question.head[at] = '\xff';
    expect_no_bug(question, instance.ask(question));
  });
}

void huge(Subject& subject) {
  with_questions(subject, 1, [](Instance& instance, Question question) {
    question.head = huge_head(Json::parse(question.head));
    expect_no_bug(question, instance.ask(question));
  });
}

void spoiled(Subject& subject) {
  auto generator = subject.generator();
  with_questions(subject, kSets, [&](Instance& instance, Question question) {
    const auto head = Json::parse(question.head);
    for (int i = 0; i < 5; ++i) {
      question.head = generator.spoiled(head).dump();
      expect_no_bug(question, instance.ask(question));
    }
  });
}

void unknown_members(Subject& subject) {
  with_questions(subject, 3, [](Instance& instance, Question question) {
    const auto before = instance.ask(question);
    auto head = Json::parse(question.head);
    head["member_of_a_later_revision"] = {{"a", Json::array({1, "b"})}};
    question.head = head.dump();
    const auto after = instance.ask(question);
    require(!before.ok() || after.ok(), question.name + " with a member more: " + after.words(),
            "members that it does not know, ignored");
  });
}

void attachments(Subject& subject) {
  const std::string large(1 << 20, '\xff');
  with_questions(subject, 1, [&](Instance& instance, Question question) {
    for (const auto& given :
         std::initializer_list<std::vector<std::string>>{{},
                                                         {""},
                                                         {"", ""},
                                                         {large},
                                                         {std::string("\0\xff", 2), large, ""},
                                                         {"a", "b", "c", "d"}}) {
      question.attachments = given;
      expect_no_bug(question, instance.ask(question));
    }
  });
}

void unknown_method(Subject& subject) {
  Instance instance(subject);
  instance.start();
  const auto answer = instance.ask({.name = "method 7fff.1", .method = kNoMethod, .head = "{}"});
  require(CJ_STATUS_CLASS(answer.status) == CJ_CLASS_PERMANENT,
          "a method that it does not have is answered with " + answer.words(),
          "CJ_UNSUPPORTED, or another status of class permanent");
}

void timers(Subject& subject) {
  Instance instance(subject);
  instance.start();
  for (const char* head : {R"({"name":"kit-unknown"})", "{}", "", "[]", R"({"name":7})", "{"}) {
    const Question question{.name = "core.timer", .method = CJ_CORE_TIMER, .head = head};
    expect_no_bug(question, instance.ask(question));
  }
}

void is_silent(Subject& subject) {
  const auto before = output_size();
  with_questions(subject, 2, [](Instance& instance, const Question& question) {
    (void)instance.ask(question);
  });
  std::fflush(nullptr);
  require(output_size() == before, "it writes to standard output or error", "lines for cj.log/1");
}

void leaves_descriptors(Subject& subject) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i)
    for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
  const auto after = descriptors();
  for (const auto& [fd, target] : before)
    require(after.contains(fd),
            "its calls close descriptor " + std::to_string(fd) + " (" + target + ")",
            "descriptors of others left alone");
  require(after.size() < before.size() + 20, "20 calls " + changed_descriptors(before),
          "descriptors that are closed again");
}

void leaves_the_process(Subject& subject) {
  Instance instance(subject);
  const auto before = ProcessState::now();
  instance.start();
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) (void)instance.ask(question);
  const auto changed = before.changed_since_this();
  require(changed.empty(), "it changes " + changed, "nothing of the host's process");
  require(!has_children(), "it makes a process", "no fork");
}

void host_rules(Subject& subject) {
  with_questions(subject, 5, [](Instance& instance, const Question& question) {
    (void)instance.ask(question);
    const auto violation = instance.host().violation();
    require(violation.empty(), question.name + ": " + violation,
            "calls of the host as cj.h and the manifest allow them");
  });
}

/// Asks, and looks for the guest in all that people read.
void expect_discretion(Instance& instance, const Question& question) {
  const auto answer = instance.ask(question);
  const auto violation = instance.host().violation();
  require(violation.find(kGuestMark) == std::string::npos, question.name + ": " + violation,
          "logs and metrics without a guest's words");
  require(answer.message.find(kGuestMark) == std::string::npos,
          question.name + " fails with a guest's words: " + answer.words(),
          "a message for operators");
}

void guests_stay_out_of_texts(Subject& subject) {
  with_questions(subject, 5, [](Instance& instance, Question question) {
    instance.host().watch_for(std::string(kGuestMark));
    expect_discretion(instance, question);
    const auto valid = question.head;
    const auto member = Json{{"text", kGuestMark}, {"recipient", kGuestMark}}.dump();
    for (const auto& head : {member, valid + "}", valid.substr(0, valid.size() / 2)}) {
      question.head = head;
      expect_discretion(instance, question);
    }
  });
}

void inline_is_quick(Subject& subject) {
  const auto& methods = subject.manifest().methods;
  if (std::ranges::none_of(methods, [](const auto& method) { return method.is_inline; }))
    throw Skipped{"it has no inline methods"};
  with_questions(subject, 5, [&](Instance& instance, const Question& question) {
    if (!subject.manifest().method(question.method)->is_inline) return;
    const auto from = std::chrono::steady_clock::now();
    instance.host().begin_inline();
    (void)instance.ask(question);
    instance.host().end_inline();
    const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - from);
    require(took <= subject.patience(kInline),
            question.name + " took " + std::to_string(took.count()) + " ms",
            "an inline method that neither blocks nor computes for long");
    const auto violation = instance.host().violation();
    require(violation.find("inline") == std::string::npos, violation, "no blocking service");
  });
}

void same_key_same_answer(Subject& subject) {
  with_questions(subject, 5, [](Instance& instance, const Question& question) {
    if (!method_schema(question.name)->is_idempotent) return;
    const auto first = instance.ask(question);
    const auto second = instance.ask(question);
    require(CJ_STATUS_CLASS(first.status) == CJ_STATUS_CLASS(second.status),
            shown(question) + " was answered with " + first.words() + ", the second time with " +
                second.words(),
            "the same effect and answer for the same key");
  });
}

void replies_stay(Subject& subject) {
  with_questions(subject, 3, [](Instance& instance, const Question& question) {
    ResultRoom first;
    ResultRoom second;
    instance.ask_into(question, first);
    const std::string head(view(first.result.head));
    const std::string message(view(first.result.message));
    instance.ask_into(question, second);
    const bool same = head == view(first.result.head) && message == view(first.result.message);
    (void)second.take(question.name);
    require(same && head == view(first.result.head),
            "a reply of " + question.name + " changes while the next call runs",
            "buffers that are the receiver's until release");
    (void)first.take(question.name);
  });
}

void released_elsewhere(Subject& subject) {
  with_questions(subject, 3, [](Instance& instance, const Question& question) {
    ResultRoom room;
    instance.ask_into(question, room);
    std::jthread([&] { (void)conserje::take(room.result); }).join();
  });
}

void called_from_many_threads(Subject& subject) {
  with_questions(subject, 3, [](Instance& instance, const Question& question) {
    std::optional<Broken> found;
    (void)instance.ask(question);  // On this one, which lives on: the next has another id.
    std::jthread([&] {
      try {
        expect_no_bug(question, instance.ask(question));
      } catch (const Broken& broken) {
        found = broken;
      }
    }).join();
    if (found) throw Broken(*found);
  });
}

/// A call whose structs have another size than the plugin's.
void ask_raw(Instance& instance, const Question& question, const cj_call& call,
             const cj_request& request) {
  ResultRoom room;
  without_exceptions(question.name, [&] {
    instance.table().invoke(instance.table().self, &call, &request, &room.result);
  });
  expect_no_bug(question, room.take(question.name));
}

void smaller_structs(Subject& subject) {
  with_questions(subject, 1, [](Instance& instance, const Question& question) {
    const Borrowed head(question.head);
    cj_call call{};
    call.size = offsetof(cj_call, trace_id);
    call.call_id = 1;
    call.trace_id = call.idempotency_key =
        call.tenant = {reinterpret_cast<const char*>(8), 1 << 20};
    call.cancelled = reinterpret_cast<const std::uint32_t*>(8);
    const cj_request request{offsetof(cj_request, attachments), question.method, head.wire(),
                             reinterpret_cast<const cj_str*>(8), 3};
    ask_raw(instance, question, call, request);
  });
}

void larger_structs(Subject& subject) {
  with_questions(subject, 1, [](Instance& instance, const Question& question) {
    const Borrowed head(question.head);
    struct {
      cj_call known{};
      std::uint64_t unknown[4] = {~0U, ~0U, ~0U, ~0U};
    } call;
    call.known.size = sizeof call;
    call.known.call_id = 1;
    struct {
      cj_request known{};
      std::uint64_t unknown[4] = {~0U, ~0U, ~0U, ~0U};
    } request;
    request.known = {sizeof request, question.method, head.wire(), nullptr, 0};
    ask_raw(instance, question, call.known, request.known);
  });
}

void leaks_nothing_asked(Subject& subject, bool with_broken_heads) {
  Instance instance(subject);
  instance.start();
  auto generator = subject.generator();
  for (auto question : valid_questions(subject, generator)) {
    if (with_broken_heads) question.head = "{\"a\":";
    expect_flat_heap(subject, "a call of " + question.name, kRounds,
                     [&] { (void)instance.ask(question); });
  }
}
void leaks_nothing(Subject& subject) { leaks_nothing_asked(subject, false); }
void leaks_nothing_failing(Subject& subject) { leaks_nothing_asked(subject, true); }

void before_start(Subject& subject) {
  Instance instance(subject);
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator))
    expect_no_bug(question, instance.ask(question));
}

void two_beside_each_other(Subject& subject) {
  if (subject.manifest().exclusive) throw Skipped{"the manifest says that it is exclusive"};
  Instance second(subject);
  {
    Instance first(subject);
    first.start();
    second.start();
  }
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator))
    expect_no_bug(question, second.ask(question));
}

void keeps_secrets(Subject& subject) {
  const auto& config = subject.config();
  if (config.secrets.empty()) throw Skipped{"its configuration has no secret"};
  Instance instance(subject);
  for (const auto& [handle, value] : config.secrets)
    if (value.size() >= 6) instance.host().watch_for(value);
  instance.start();
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator)) {
    const auto answer = instance.ask(question);
    const auto given_away = instance.host().gives_away(answer.message + answer.head);
    require(!given_away, given_away ? question.name + " answers with " + *given_away : "",
            "answers without secrets");
  }
  const auto health = instance.health();
  require(!instance.host().gives_away(health.head), "health holds a secret", "no secret");
  const auto violation = instance.host().violation();
  require(violation.find("secret") == std::string::npos, violation, "logs without secrets");
}

constexpr std::chrono::seconds kLong{30};
constexpr Check kChecks[] = {
    {4, "calls.valid", "It answers valid requests", valid},
    {4, "calls.supported", "It supports every method of its manifest", supports_its_methods},
    {4, "calls.replies", "Its replies fit their schema", replies_fit},
    {4, "calls.empty", "It answers an empty head", empty},
    {4, "calls.broken", "It answers what is no JSON", broken},
    {4, "calls.utf8", "It answers what is no UTF-8", not_utf8},
    {4, "calls.texts", "It answers texts that are no UTF-8", texts_not_utf8},
    {4, "calls.deep", "It answers what is nested deeply", deep},
    {4, "calls.huge", "It answers a request of four MiB", huge},
    {4, "calls.spoiled", "It answers requests that do not fit their schema", spoiled},
    {4, "calls.unknown_members", "It ignores members that it does not know", unknown_members},
    {4, "calls.attachments", "It answers any number of attachments", attachments},
    {4, "calls.unknown_method", "It refuses a method that it does not have", unknown_method},
    {4, "calls.timer", "It bears a timer that it has not set", timers},
    {4, "calls.output", "It writes nothing to standard output or error", is_silent},
    {4, "calls.descriptors", "Its calls leave descriptors as they are", leaves_descriptors},
    {4, "calls.process", "Its calls leave the process as it is", leaves_the_process},
    {4, "calls.host", "It uses the host as the manifest says", host_rules},
    {4, "calls.guests", "A guest's words stand in no log and no error", guests_stay_out_of_texts},
    {4, "calls.secrets", "Its secrets stand in no answer and no log", keeps_secrets},
    {4, "calls.before", "It bears calls before start", before_start},
    {4, "calls.two", "Two instances work beside each other", two_beside_each_other},
    {4, "calls.inline", "Its inline methods do not block", inline_is_quick},
    {4, "calls.idempotent", "The same key has the same answer", same_key_same_answer},
    {4, "calls.replies_stay", "A reply stays as it is until it is released", replies_stay},
    {4, "calls.release", "A reply may be released on another thread", released_elsewhere},
    {4, "calls.threads", "It may be called from another thread each time",
     called_from_many_threads},
    {4, "calls.smaller", "It reads no more of a struct than there is", smaller_structs},
    {4, "calls.larger", "It bears structs from a later day", larger_structs},
    {4, "calls.leak", "Its calls leave no memory behind", leaks_nothing, kLong},
    {4, "calls.leak_failed", "Calls that it refuses leave no memory behind", leaks_nothing_failing,
     kLong},
};

}  // namespace

std::span<const Check> level_4_calls() { return kChecks; }

}  // namespace conserje::kit
