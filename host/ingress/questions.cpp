#include "ingress/questions.hpp"

#include <algorithm>
#include <utility>

#include "ops/metric_names.hpp"

namespace conserje {

Response response_of(channel::HttpAnswer answer) {
  return {.status = static_cast<int>(answer.status),
          .body = std::move(answer.body),
          .content_type = std::move(answer.content_type)};
}

namespace {

using State = MessageAnswer::State;

/// Between two looks that nobody asked for: what another host handles, nobody tells us.
constexpr Millis kLook{250};

std::vector<std::string> ids_of(const Question& question) {
  std::vector<std::string> ids;
  for (const auto& message : question.messages) ids.push_back(message.id);
  return ids;
}

/// Those whose replies an answer made from `found` carries; others may be handled by now.
std::vector<std::string> handled_of(const Question& question,
                                    const std::vector<MessageAnswer>& found) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i].state == State::handled) ids.push_back(question.messages[i].id);
  return ids;
}

bool is_about(const Question& question, const std::string& channel, const std::string& id) {
  return question.channel == channel &&
         std::ranges::find(question.messages, id, &Question::Message::id) !=
             question.messages.end();
}

bool any_open(const std::vector<MessageAnswer>& found) {
  return std::ranges::find(found, State::open, &MessageAnswer::state) != found.end();
}

/// The words of a reply as it stands in the outbox.
std::vector<std::string> texts_of(const std::string& reply) {
  if (reply.empty()) return {};
  auto request = decode<channel::SendRequest>(std::string_view(reply));
  if (!request || request->text.empty()) return {};
  return {std::move(request->text)};
}

}  // namespace

bool Questions::has_room() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() < kMostQuestions;
}

void Questions::ask(Question question) {
  auto waiting = std::make_shared<Waiting>(Waiting{.question = std::move(question)});
  if (!admit(waiting)) {
    count(waiting->question, "failed");
    return waiting->question.reply(waiting->question.otherwise);
  }
  look_soon(waiting);
  look_later(waiting);
}

bool Questions::admit(const Shared& waiting) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiting_.size() >= kMostQuestions) return false;
  waiting_.push_back(waiting);
  return true;
}

void Questions::handled(const std::string& channel, const std::string& message_id) {
  std::vector<Shared> concerned;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& waiting : waiting_)
      if (is_about(waiting->question, channel, message_id)) concerned.push_back(waiting);
  }
  for (const auto& waiting : concerned) look_soon(waiting);
}

void Questions::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  waiting_.clear();
}

void Questions::look_soon(const Shared& waiting) {
  {
    const std::lock_guard lock(mutex_);
    waiting->look_again = true;
    if (std::exchange(waiting->is_looked_at, true)) return;
  }
  if (parts_.run_on_pool([this, waiting] { look(waiting); })) return;
  const std::lock_guard lock(mutex_);  // The pool is full; the timer looks again.
  waiting->is_looked_at = false;
}

void Questions::look(const Shared& waiting) {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      const bool nobody_asks = !std::exchange(waiting->look_again, false);
      if (nobody_asks || stopped_) {
        waiting->is_looked_at = false;
        return;
      }
    }
    if (answer_if_due(waiting->question)) return forget(waiting);
  }
}

void Questions::look_later(const Shared& waiting) {
  const auto left =
      std::chrono::duration_cast<Millis>(waiting->question.deadline - parts_.clock.monotonic());
  parts_.timers.schedule(std::clamp(left, Millis(1), kLook), [this, waiting] {
    if (!is_waiting(waiting)) return;
    look_soon(waiting);
    look_later(waiting);
  });
}

bool Questions::answer_if_due(const Question& question) {
  const auto ids = ids_of(question);
  auto found = parts_.answers.find(parts_.tenant, question.channel, ids);
  const bool is_late = parts_.clock.monotonic() >= question.deadline;
  if (!is_late && (!found || any_open(*found))) return false;
  if (!found) found = std::vector<MessageAnswer>(ids.size());  // The store is away.
  answer(question, *found);
  return true;
}

channel::AnswerRequest Questions::said(const Question& question,
                                       const std::vector<MessageAnswer>& found) {
  channel::AnswerRequest request{.context = question.context};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& message = question.messages[i];
    auto& said = request.said.emplace_back(channel::Said{.message_id = message.id});
    said.failed = found[i].state != State::handled;
    switch (found[i].state) {
      case State::handled: said.texts = texts_of(found[i].reply); break;
      case State::open: said.texts = {parts_.excuse(question.channel, message)}; break;
      case State::given_up: said.texts = {parts_.apology(message)}; break;
    }
  }
  return request;
}

void Questions::answer(const Question& question, const std::vector<MessageAnswer>& found) {
  const bool is_late = any_open(found);
  const auto words = question.put_into_words(said(question, found));
  count(question, !words ? "failed" : is_late ? "late" : "answered");
  if (!words) {
    parts_.log.error("a webhook's answer could not be put into words",
                     {{"channel", question.channel}, {"error", words.error().message}});
    return question.reply(question.otherwise);
  }
  if (is_late)
    parts_.log.warn("a webhook was answered before its messages were handled",
                    {{"channel", question.channel}, {"messages", found.size()}});
  // Not recorded: the channel will say it once more, which is better than not at all.
  const auto recorded = parts_.answers.record(parts_.tenant, question.channel,
                                              handled_of(question, found), question.evidence);
  if (!recorded)
    parts_.log.warn("replies given in an answer could not be recorded",
                    {{"channel", question.channel}, {"error", recorded.error().message}});
  question.reply(response_of(*words));
}

void Questions::count(const Question& question, std::string_view result) {
  parts_.metrics.counter(metric::kQuestions, {question.channel, result}).add();
}

void Questions::forget(const Shared& waiting) {
  const std::lock_guard lock(mutex_);
  std::erase(waiting_, waiting);
}

bool Questions::is_waiting(const Shared& waiting) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(waiting_, waiting) != waiting_.end();
}

}  // namespace conserje
