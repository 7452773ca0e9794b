#pragma once

#include <cxxabi.h>

#include <atomic>
#include <exception>
#include <functional>
#include <string>
#include <typeinfo>
#include <vector>

#include "kit/borrowed.hpp"
#include "kit/check.hpp"
#include "kit/host.hpp"
#include "kit/subject.hpp"

namespace conserje::kit {

/// What is asked of an instance.
struct Question {
  std::string name{};        // "sink.deliver", for the report.
  std::uint32_t method = 0;  // CJ_METHOD
  std::string head{};
  std::vector<std::string> attachments{};
  Millis timeout{10'000};  // Before scaling; 0: no deadline.
  std::string key{};       // Of idempotency.
  std::uint32_t* cancelled = nullptr;
  std::uint64_t call_id = 1;
};

/// What came of it: a copy that has been held against cj.h.
struct Answer {
  std::uint32_t status = CJ_OK;
  std::uint64_t retry_after_ms = 0;
  std::string head{};
  std::string message{};
  std::vector<std::string> attachments{};

  bool ok() const { return status == CJ_OK; }
  std::string words() const;  // `retry: "HTTP 429"`
  bool operator==(const Answer&) const = default;
};

/// Calls `function` of the plugin; Broken when an exception comes out of it.
template <class F>
void without_exceptions(const std::string& what, F&& function) {
  const auto broken = [&](const std::string& which) {
    return Broken{"an exception came out of " + what + ": " + which,
                  "a function that catches everything and answers with class bug"};
  };
  try {
    function();
  } catch (const std::exception& error) {
    throw broken(std::string(typeid(error).name()) + ": " + error.what());
  } catch (...) {
    const auto* type = abi::__cxa_current_exception_type();
    throw broken(type == nullptr ? "of a foreign language" : type->name());
  }
}

/// A zeroed result with bytes behind it that nobody may touch.
struct ResultRoom {
  cj_result result{};
  unsigned char behind[64];

  ResultRoom();
  /// Holds it against cj.h, takes it apart and releases all of it. Throws Broken.
  Answer take(const std::string& what);
  /// Only the first half of take.
  void judge(const std::string& what) const;
};

/// What makes an instance: cj_plugin.create, or whatever stands for it.
using Create = std::function<void(const cj_host* host, const cj_call* call, cj_str config,
                                  const cj_instance** instance, cj_result* result)>;

/// One instance of the plugin with its host. Its end is in order, whatever happens.
class Instance {
 public:
  /// Calls create with the subject's configuration; Broken when it does not succeed.
  explicit Instance(Subject& subject)
      : Instance(subject, subject.config(), subject.plugin().create) {}
  Instance(Subject& subject, const FittedConfig& config, const Create& create);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  KitHost& host() { return host_; }
  const cj_instance& table() const { return table_; }
  Subject& subject() { return subject_; }

  void start();
  Answer drain(Millis timeout = Millis(10'000));
  void destroy();
  Answer health();
  /// One call, with lent memory that is taken back after it. Throws Broken for what cj.h forbids;
  /// what the plugin says is the caller's to judge.
  Answer ask(const Question& question);
  /// The same, without taking the answer apart: the caller does, with room.take().
  void ask_into(const Question& question, ResultRoom& room);
  /// Method `cancel`, where it is there.
  void cancel(std::uint64_t call_id);

 private:
  Subject& subject_;
  KitHost host_;
  cj_instance table_{};
  bool is_started_ = false;
  bool is_alive_ = false;
};

/// create, as it is: with any host and any bytes. `instance` is null when it made none.
Answer create_with(const Create& create, const cj_host* host, std::string_view config,
                   const cj_instance** instance);

/// One valid question for each declared method.
std::vector<Question> valid_questions(Subject& subject, Generator& generator);

/// What a plugin says when the host's attachments and heads are anything: never class bug.
void expect_no_bug(const Question& question, const Answer& answer);

/// A name for a question in a report: `sink.deliver {"deliveries":...`
std::string shown(const Question& question);

}  // namespace conserje::kit
