#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "conserje/channel_types.hpp"
#include "guard/clock.hpp"
#include "http/server.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "plugin/services.hpp"
#include "store/answers.hpp"

namespace conserje {

/// So many senders may wait at once; whoever comes after them gets `otherwise`.
inline constexpr std::size_t kMostQuestions = 1'024;

/// What a plugin wants answered, as the server takes it.
Response response_of(channel::HttpAnswer answer);

/// One delivery whose sender waits, as a telephone call does, for what the conversation says to its
/// messages, which are stored.
struct Question {
  struct Message {
    std::string id{};
    std::string sender_id{};
    std::string language{};  // Empty: not known.
  };

  std::string channel{};            // The plugin's name in the pipeline.
  std::vector<Message> messages{};  // As they came.
  Json context = nullptr;           // The plugin's own.
  MonotonicTime deadline{};
  std::string evidence{};  // What the replies that the answer carries are recorded with.
  Response otherwise{};    // The answer when there is no room, or no plugin that makes one.
  /// The plugin's `answer`. Called on the pool.
  std::function<Result<channel::HttpAnswer>(const channel::AnswerRequest&)> put_into_words{};
  std::function<void(Response)> reply{};  // Called once.
};

/// The senders who wait. No thread waits with them: the worker says when a message is handled, and
/// a timer looks for what other hosts handled and for the deadline. The replies that an answer
/// carries are recorded as sent before it leaves; what is said later goes the channel's own way.
/// Threads: any.
class Questions {
 public:
  /// What they work with; all of it outlives them.
  struct Parts {
    Answers answers;
    TimerScheduler& timers;
    RunOnPool run_on_pool;
    const Clock& clock;
    Metrics& metrics;
    Log& log;
    std::string tenant;
    /// What is said to a message that is still open at the deadline, and to one that was given up.
    std::function<std::string(const std::string& channel, const Question::Message&)> excuse;
    std::function<std::string(const Question::Message&)> apology;
  };

  explicit Questions(Parts parts) : parts_(std::move(parts)) {}

  /// Whether one more may wait.
  bool has_room() const;
  void ask(Question question);
  /// A message was handled or given up, and that is durable.
  void handled(const std::string& channel, const std::string& message_id);
  /// Forgets all; nobody is answered any more.
  void stop();

 private:
  struct Waiting {
    Question question;
    bool is_looked_at = false;  // By one thread at a time.
    bool look_again = false;
  };
  using Shared = std::shared_ptr<Waiting>;

  bool admit(const Shared& waiting);
  void look_soon(const Shared& waiting);
  void look(const Shared& waiting);
  void look_later(const Shared& waiting);
  bool answer_if_due(const Question& question);
  channel::AnswerRequest said(const Question& question, const std::vector<MessageAnswer>& found);
  void answer(const Question& question, const std::vector<MessageAnswer>& found);
  void count(const Question& question, std::string_view result);
  void forget(const Shared& waiting);
  bool is_waiting(const Shared& waiting) const;

  Parts parts_;
  mutable std::mutex mutex_{};  // Guards what follows, and the flags of Waiting.
  std::vector<Shared> waiting_{};
  bool stopped_ = false;
};

}  // namespace conserje
