#include <dlfcn.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

#include "conserje/state_types.hpp"
#include "kit/instance.hpp"
#include "kit/measure.hpp"
#include "plugin/instance.hpp"

// Level 9: one generation after the other, each from its own copy of the file, under traffic.

namespace conserje::kit {
namespace {

constexpr int kGenerations = 100;
constexpr unsigned kCallers = 2;

/// One generation: its own image, its own constructors, its own instance.
class Generation {
 public:
  explicit Generation(const Options& options) : subject_(options, copy_of(options)) {
    instance_ = std::make_unique<Instance>(subject_);
    instance_->start();
  }
  Instance& instance() { return *instance_; }

 private:
  static std::shared_ptr<const SealedImage> copy_of(const Options& options) {
    auto image = SealedImage::copy(options.file);
    require(image.has_value(), image ? "" : image.error().message, "a file that stays readable");
    return *std::move(image);
  }

  Subject subject_;
  std::unique_ptr<Instance> instance_{};
};

/// The route to the generation that serves; calls hold it, a switch waits for none of them.
class Route {
 public:
  std::shared_ptr<Generation> get() const {
    const std::shared_lock lock(mutex_);
    return generation_;
  }
  std::shared_ptr<Generation> exchange(std::shared_ptr<Generation> next) {
    const std::unique_lock lock(mutex_);
    return std::exchange(generation_, std::move(next));
  }

 private:
  mutable std::shared_mutex mutex_{};
  std::shared_ptr<Generation> generation_{};
};

void generations(Subject& subject) {
  if (subject.manifest().exclusive) throw Skipped{"the manifest says that it is exclusive"};
  const auto callers = std::min(subject.manifest().parallel, kCallers);
  Route route;
  route.exchange(std::make_shared<Generation>(subject.options()));
  std::atomic<bool> is_over{false};
  std::atomic<unsigned> asked{0};
  std::atomic<unsigned> answered{0};
  std::mutex mutex;
  std::optional<Broken> broken;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < callers; ++i)
      threads.emplace_back([&, i] {
        Generator generator(subject.options().seed + i);
        try {
          while (!is_over)
            for (const auto& question : valid_questions(subject, generator)) {
              const auto generation = route.get();
              ++asked;
              expect_no_bug(question, generation->instance().ask(question));
              ++answered;
            }
        } catch (const Broken& found) {
          const std::lock_guard lock(mutex);
          broken = found;
        }
      });
    for (int i = 1; i < kGenerations; ++i) {
      auto old = route.exchange(std::make_shared<Generation>(subject.options()));
      while (old.use_count() > 1) std::this_thread::yield();  // Calls that still hold it.
    }
    is_over = true;
  }
  if (broken) throw Broken(*broken);
  require(asked == answered, std::to_string(asked - answered) + " call(s) were lost", "none");
  subject.note(std::to_string(kGenerations) + " generations, " + std::to_string(answered.load()) +
               " calls, none lost");
}

void stop_then_start(Subject& subject) {
  for (int i = 0; i < 10; ++i) {
    Generation generation(subject.options());
    auto generator = subject.generator();
    for (const auto& question : valid_questions(subject, generator))
      expect_no_bug(question, generation.instance().ask(question));
  }
}

void keeps_apart(Subject& subject) {
  if (subject.manifest().exclusive) throw Skipped{"the manifest says that it is exclusive"};
  Generation older(subject.options());
  {
    Generation newer(subject.options());
    auto generator = subject.generator();
    for (const auto& question : valid_questions(subject, generator))
      (void)newer.instance().ask(question);
  }
  auto generator = subject.generator();
  for (const auto& question : valid_questions(subject, generator))
    expect_no_bug(question, older.instance().ask(question));
}

/// What a plugin hands over.
struct Handed {
  std::string format{};
  std::string bytes{};

  bool operator==(const Handed&) const = default;
};

Handed export_state(Instance& instance) {
  const Question question{
      .name = "core.export_state", .method = state::method::export_state, .timeout = kStateTime};
  const auto answer = instance.ask(question);
  require(answer.ok(), "it does not hand over its state: " + answer.words(),
          "an answer to export_state, as the manifest says state_export");
  const auto reply = decode<state::ExportReply>(std::string_view(answer.head));
  require(reply.has_value(), "the head of " + question.name + " is " + answer.head.substr(0, 80),
          "an ExportReply of state.v1.json");
  require(answer.attachments.size() == 1 && answer.attachments.front().size() <= kStateLimit,
          "the state is in " + std::to_string(answer.attachments.size()) + " attachments",
          "one, of at most " + std::to_string(kStateLimit) + " bytes");
  return {reply->format, answer.attachments.front()};
}

Answer import_state(Instance& instance, const Handed& handed) {
  const state::ImportRequest request{.format = handed.format,
                                     .version = instance.subject().manifest().version};
  return instance.ask({.name = "core.import_state",
                       .method = state::method::import_state,
                       .head = encode(request),
                       .attachments = {handed.bytes},
                       .timeout = kStateTime});
}

void ask_all(Instance& instance) {
  auto generator = instance.subject().generator();
  for (const auto& question : valid_questions(instance.subject(), generator))
    expect_no_bug(question, instance.ask(question));
}

void state_export(Subject& subject) {
  if (!subject.manifest().state_export) throw Skipped{"the manifest says no state_export"};
  Instance before(subject);
  before.start();
  ask_all(before);
  const auto handed = export_state(before);
  ask_all(before);  // A reload may fail: then it serves on.

  Instance next(subject);
  const auto taken = import_state(next, handed);
  require(taken.ok(), "it does not take over its own state: " + taken.words(),
          "an instance that takes over what another one of it has exported");
  next.start();
  require(export_state(next) == handed, "what it has taken over is not what it hands over",
          "the same format and bytes, as it has been asked nothing since");
  ask_all(next);
}

void foreign_state(Subject& subject) {
  if (!subject.manifest().state_export) throw Skipped{"the manifest says no state_export"};
  Instance instance(subject);
  const auto taken = import_state(instance, {"kit/unknown-format", "no state of this plugin"});
  require(!taken.ok(), "it takes over a state whose format it cannot know",
          "class permanent, so that the instance before serves on");
  expect_no_bug({.name = "core.import_state"}, taken);
}

bool is_mapped(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.ends_with(path)) return true;
  return false;
}

/// Fails only where unloading ends the process: a host never does it.
void says_whether_it_unloads(Subject& subject) {
  const auto path = std::filesystem::canonical(subject.options().file).string();
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  require(handle != nullptr, "it does not load by its path", "a file that may be mapped");
  ::dlclose(handle);
  subject.note(is_mapped(path) ? "it stays mapped after dlclose: an update in one process keeps "
                                 "its old code (a worker does not)"
                               : "dlclose unmaps it");
}

constexpr std::chrono::seconds kLong{120};
constexpr Check kChecks[] = {
    {9, "reload.generations", "A hundred generations follow each other under traffic", generations,
     kLong},
    {9, "reload.stop_start", "It can be stopped and started again from a new file", stop_then_start,
     kLong},
    {9, "reload.apart", "Two generations share nothing", keeps_apart},
    {9, "reload.state", "It hands its state over where it says so", state_export},
    {9, "reload.foreign_state", "It refuses a state that it does not know", foreign_state},
    {9, "reload.unload", "Unloading it does no harm", says_whether_it_unloads},
};

}  // namespace

std::span<const Check> level_9_reload() { return kChecks; }

}  // namespace conserje::kit
