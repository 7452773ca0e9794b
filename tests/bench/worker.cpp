// What a plugin in a worker costs beside one in this process: bench_worker HOST PLUGIN [CALLS]
// [CRASHES] HOST: the release build's conserje. PLUGIN: sink_bench.so, which answers with what it
// was given, and dies or hangs when it is told to.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "guard/system_random.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "plugin/worker/proxy.hpp"

namespace {

using namespace conserje;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kDeliver = CJ_METHOD(CJ_KIND_SINK, 1);
constexpr std::size_t kPayload = 4096;

double microseconds(SteadyClock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

/// Sorted here.
double percentile(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Bench {
  Bench(const std::string& host, const std::string& file)
      : launcher(std::make_shared<Launcher>(host)) {
    image = SealedImage::copy(file).value();
    manifest = read_manifest(image->bytes(), Platform::current()).value();
    use.deadline = Millis(60'000);
  }

  ServiceSources sources() { return {.clock = &clock, .metrics = &metrics, .random = &random}; }

  std::unique_ptr<PluginInstance> run(const PluginCode& code) {
    auto plugin = PluginInstance::create(
        use, manifest, code, std::make_shared<HostServices>(use, manifest, sources()), sources());
    if (!plugin || !(*plugin)->start({})) {
      std::fprintf(stderr, "bench_worker: %s\n",
                   plugin ? "does not start" : plugin.error().message.c_str());
      std::exit(1);
    }
    return *std::move(plugin);
  }

  WorkerPlugin worker() {
    return WorkerPlugin({.launcher = launcher,
                         .image = image,
                         .use = use,
                         .manifest = manifest,
                         .clock = &clock,
                         .metrics = &metrics});
  }

  std::shared_ptr<Launcher> launcher;
  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  PluginUse use{.name = "bench", .kind = "sink", .use = "sink/bench", .restart = {.deaths = 64}};
  SystemClock clock{};
  Metrics metrics{};
  SystemRandom random{};
};

/// Microseconds of each call.
std::vector<double> time_calls(PluginInstance& plugin, std::size_t payload, int calls) {
  const std::string body(payload, 'x');
  const std::string_view attachments[] = {body};
  std::vector<double> times;
  for (int i = 0; i < calls; ++i) {
    const auto began = SteadyClock::now();
    const auto reply = plugin.call({}, kDeliver, "{}", attachments);
    times.push_back(microseconds(SteadyClock::now() - began));
    if (!reply || reply->attachments != std::vector<std::string>{body}) std::exit(1);
  }
  return times;
}

/// Proportional set size, in KiB, of each process whose name is `name`. Source: proc(5).
std::string memory_of_workers() {
  std::string text;
  const auto command =
      "for p in $(pgrep -x bench); do grep -E '^(Pss|Pss_Anon|Rss):' /proc/$p/smaps_rollup; done";
  if (FILE* pipe = ::popen(command, "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, pipe) != nullptr) text += line;
    ::pclose(pipe);
  }
  return text;
}

void print(const char* what, std::vector<double> times) {
  std::printf("%-34s p50 %9.1f us   p99 %9.1f us   max %9.1f us\n", what, percentile(times, 0.5),
              percentile(times, 0.99), percentile(times, 1));
}

/// Of this process: what must not grow with the number of workers that have died.
void print_own(const char* when) {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  const auto files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  std::printf("%s: %zu KiB resident, %td descriptors\n", when, pages * 4, files);
}

void measure_crashes(PluginInstance& plugin, int crashes) {
  print_own("before the crashes");
  std::vector<double> times;
  for (int i = 0; i < crashes; ++i) {
    if (plugin.call({}, kDeliver, "segv")) std::exit(1);
    const auto began = SteadyClock::now();
    if (!plugin.call({}, kDeliver, "{}")) std::exit(1);
    times.push_back(microseconds(SteadyClock::now() - began));
  }
  std::printf("%d crashes survived\n", crashes);
  print_own("after them");
  print("crash to the next good call", times);
}

void measure_hangs(Bench& bench, PluginInstance& plugin) {
  constexpr int kHangs = 10;
  constexpr Millis kDeadline{50};
  std::vector<double> times;
  for (int i = 0; i < kHangs; ++i) {
    const auto deadline = bench.clock.monotonic() + kDeadline;
    if (plugin.call({.deadline = deadline}, kDeliver, "hang")) std::exit(1);
    times.push_back(microseconds(bench.clock.monotonic() - deadline));
    if (!plugin.call({}, kDeliver, "{}")) std::exit(1);
  }
  print("answer of a hung call, late by", times);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("bench_worker HOST PLUGIN [CALLS] [CRASHES]\n", stderr);
    return 2;
  }
  const int calls = argc > 3 ? std::atoi(argv[3]) : 20'000;
  const int crashes = argc > 4 ? std::atoi(argv[4]) : 1'000;
  Bench bench(argv[1], argv[2]);

  const auto module = Module::load(bench.image, CJ_ABI_VERSION);
  const auto here = bench.run(module.value());
  print("in this process, 4 KiB", time_calls(*here, kPayload, calls));

  const auto code = bench.worker();
  const auto there = bench.run(code);
  std::printf("confined: %s\n", there->health().detail.c_str());
  (void)time_calls(*there, kPayload, calls / 10);  // Warm.
  print("worker, 4 KiB", time_calls(*there, kPayload, calls));
  print("worker, 64 KiB", time_calls(*there, 64 * 1024, calls / 10));
  print("worker, 1 MiB", time_calls(*there, 1024 * 1024, calls / 100));
  std::printf("memory of the worker:\n%s", memory_of_workers().c_str());
  measure_crashes(*there, crashes);
  measure_hangs(bench, *there);
  return 0;
}
