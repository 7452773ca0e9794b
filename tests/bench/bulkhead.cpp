// Whether a plugin that hangs on all its slots is felt by the others: bench_bulkhead HOST PLUGIN
// [ROUNDS] [MS]. HOST: the release build's conserje; PLUGIN: sink_bench.so. The same few plugins
// are called at a steady pace, MS milliseconds without and as long with one beside them that hangs;
// the rounds take turns, so that one sees how much of a difference is noise.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "guard/system_random.hpp"
#include "plugin/call_threads.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "plugin/worker/proxy.hpp"

namespace {

using namespace conserje;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kDeliver = CJ_METHOD(CJ_KIND_SINK, 1);
constexpr unsigned kOthers = 3;
constexpr unsigned kSlots = 4;
constexpr auto kPace = 1ms;        // Between two calls of one of the others.
constexpr Millis kDeadline{100};   // Of a call that hangs.
constexpr auto kAsksAgain = 20ms;  // Its caller, refused or answered.
constexpr auto kReleased = 300ms;  // How long a call hangs in this process.

using Times = std::vector<double>;  // Microseconds.

double microseconds(SteadyClock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

double percentile(Times times, double share) {
  if (times.empty()) return 0;
  std::ranges::sort(times);
  return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
}

struct Bench {
  Bench(const std::string& host, const std::string& file)
      : launcher(std::make_shared<Launcher>(host)),
        image(SealedImage::copy(file).value()),
        manifest(read_manifest(image->bytes(), Platform::current()).value()),
        module(Module::load(image, CJ_ABI_VERSION).value()) {
    manifest.parallel = kSlots;
  }

  std::unique_ptr<PluginInstance> run(Isolation isolation) {
    const ServiceSources sources{
        .clock = &clock, .metrics = &metrics, .random = &random, .call_threads = &threads};
    auto as = use;
    as.isolation = isolation;
    const WorkerPlugin worker({.launcher = launcher,
                               .image = image,
                               .use = as,
                               .manifest = manifest,
                               .clock = &clock,
                               .metrics = &metrics});
    const PluginCode& code = isolation == Isolation::process
                                 ? static_cast<const PluginCode&>(worker)
                                 : static_cast<const PluginCode&>(module);
    auto plugin = PluginInstance::create(
        as, manifest, code, std::make_shared<HostServices>(as, manifest, sources), sources);
    if (!plugin || !(*plugin)->start({})) {
      std::fputs("bench_bulkhead: the plugin does not start\n", stderr);
      std::exit(1);
    }
    return *std::move(plugin);
  }

  std::shared_ptr<Launcher> launcher;
  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  Module module;
  PluginUse use{.name = "bench",
                .kind = "sink",
                .use = "sink/bench",
                .restart = {.deaths = RestartRules::kMostDeaths}};
  SystemClock clock{};
  Metrics metrics{};
  SystemRandom random{};
  CallThreads threads{};  // Before the instances that use it.
};

/// What runs until it is stopped, on threads of its own, and the times that it has measured.
class Load {
 public:
  ~Load() { stop(); }

  /// `once` does one thing, adds its time or not, and waits until the next.
  void add(std::function<void(Times&)> once) {
    threads_.emplace_back([this, once = std::move(once)](const std::stop_token& stopped) {
      Times mine;
      while (!stopped.stop_requested()) once(mine);
      const std::lock_guard lock(mutex_);
      times_.insert(times_.end(), mine.begin(), mine.end());
    });
  }
  Times stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
    return std::move(times_);
  }

 private:
  std::mutex mutex_{};
  Times times_{};  // Guarded by mutex_.
  std::vector<std::jthread> threads_{};
};

void call_at_a_pace(PluginInstance& plugin, Times& times) {
  static const std::string body(4096, 'x');
  const std::string_view attachments[] = {body};
  const auto began = SteadyClock::now();
  if (!plugin.invoke({}, kDeliver, "{}", attachments).ok()) std::exit(1);
  times.push_back(microseconds(SteadyClock::now() - began));
  std::this_thread::sleep_until(began + kPace);
}

/// What of its answer comes after the deadline; a refusal comes before it.
void call_what_hangs(PluginInstance& plugin, const std::string& head, Times& late) {
  const auto deadline = SteadyClock::now() + kDeadline;
  const auto result = plugin.invoke({.deadline = deadline}, kDeliver, head);
  const auto now = SteadyClock::now();
  if (!result.ok() && now >= deadline) late.push_back(microseconds(now - deadline));
  std::this_thread::sleep_for(kAsksAgain);
}

/// Calls that hang until they are let go: a pipe from which nothing comes, and then something does.
class Trap {
 public:
  Trap() {
    int ends[2];
    if (::pipe(ends) != 0) std::exit(1);
    out_ = Descriptor(ends[0]);
    in_ = Descriptor(ends[1]);
  }
  std::string head() const { return "read " + std::to_string(out_.get()); }
  void let_go(unsigned calls) const {
    const std::string bytes(calls, 'x');
    (void)!::write(in_.get(), bytes.data(), bytes.size());
  }

 private:
  Descriptor out_, in_;
};

struct Round {
  Times others{};
  Times late{};
};

Round measure(Bench& bench, const std::vector<std::unique_ptr<PluginInstance>>& others,
              std::optional<Isolation> hangs, Millis time) {
  Round round;
  std::unique_ptr<PluginInstance> hung;
  const Trap trap;
  Load calls;
  Load hanging;
  if (hangs) {
    hung = bench.run(*hangs);
    const auto head = *hangs == Isolation::process ? std::string("sleep") : trap.head();
    for (unsigned i = 0; i < kSlots; ++i)
      hanging.add([&, head](Times& late) { call_what_hangs(*hung, head, late); });
    std::this_thread::sleep_for(kDeadline / 2);  // All its slots are taken.
  }
  for (const auto& plugin : others)
    calls.add([&](Times& times) { call_at_a_pace(*plugin, times); });
  const auto end = SteadyClock::now() + time;
  while (SteadyClock::now() < end) {
    std::this_thread::sleep_for(kReleased);
    if (hung != nullptr) trap.let_go(hung->lost_slots());
  }
  round.others = calls.stop();
  std::jthread release([&](const std::stop_token& stopped) {
    while (hung != nullptr && !stopped.stop_requested()) {
      trap.let_go(kSlots);
      std::this_thread::sleep_for(10ms);
    }
  });
  round.late = hanging.stop();
  hung.reset();
  return round;
}

void compare(Bench& bench, const char* where, Isolation isolation, int rounds, Millis time) {
  std::vector<std::unique_ptr<PluginInstance>> others;
  for (unsigned i = 0; i < kOthers; ++i) others.push_back(bench.run(Isolation::in_process));
  Times without;
  Times with;
  Times late;
  (void)measure(bench, others, {}, time);  // Warm.
  for (int i = 0; i < rounds; ++i) {
    const auto calm = measure(bench, others, {}, time);
    const auto beside = measure(bench, others, isolation, time);
    without.push_back(percentile(calm.others, 0.99));
    with.push_back(percentile(beside.others, 0.99));
    late.insert(late.end(), beside.late.begin(), beside.late.end());
    std::printf("  round %2d: p99 of the others %8.1f us without, %8.1f us with the hung one\n", i,
                without.back(), with.back());
  }
  const double calm = percentile(without, 0.5);
  std::printf("hung %s: p99 of the others %.1f us without, %.1f us with: %+.1f %%\n", where, calm,
              percentile(with, 0.5), 100 * (percentile(with, 0.5) / calm - 1));
  std::printf("  the same plugins alone differ by %.1f %% between their calmest and worst round\n",
              100 * (percentile(without, 1) / percentile(without, 0) - 1));
  std::printf("  answers after their deadline by p50 %.1f ms, max %.1f ms (%zu calls)\n",
              percentile(late, 0.5) / 1000, percentile(late, 1) / 1000, late.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("bench_bulkhead HOST PLUGIN [ROUNDS] [MS]\n", stderr);
    return 2;
  }
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 9;
  const Millis time(argc > 4 ? std::atoi(argv[4]) : 3'000);
  Bench bench(argv[1], argv[2]);
  compare(bench, "in this process", Isolation::in_process, rounds, time);
  compare(bench, "in a worker", Isolation::process, rounds, time);
  return 0;
}
