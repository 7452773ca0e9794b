// What the guard around a call in this process costs: bench_call PLUGIN [BATCHES]
// PLUGIN: sink_bench.so, which answers an empty request with nothing. Each figure is the median of
// batches; the kinds of call take turns, so that what disturbs one disturbs all.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conserje/wire.hpp"
#include "guard/system_random.hpp"
#include "plugin/call_threads.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"

namespace {

using namespace conserje;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kDeliver = CJ_METHOD(CJ_KIND_SINK, 1);

/// The plugin as the host runs it, once for each way to call it.
struct World {
  explicit World(const std::string& file)
      : image(SealedImage::copy(file).value()),
        manifest(read_manifest(image->bytes(), Platform::current()).value()),
        module(Module::load(image, CJ_ABI_VERSION).value()) {
    for (auto& method : manifest.methods) method.is_inline = true;
    manifest.parallel = 4;
  }

  std::unique_ptr<PluginInstance> run(CallThreads* threads, bool is_inline) {
    auto as = manifest;
    for (auto& method : as.methods) method.is_inline = is_inline;
    const ServiceSources sources{
        .clock = &clock, .metrics = &metrics, .random = &random, .call_threads = threads};
    auto plugin = PluginInstance::create(use, as, module,
                                         std::make_shared<HostServices>(use, as, sources), sources);
    if (!plugin || !(*plugin)->start({})) {
      std::fputs("bench_call: the plugin does not start\n", stderr);
      std::exit(1);
    }
    return *std::move(plugin);
  }

  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  Module module;
  PluginUse use{.name = "bench", .kind = "sink", .use = "sink/bench"};
  SystemClock clock{};
  Metrics metrics{};
  SystemRandom random{};
};

/// A kind of call, and what it took: nanoseconds a call, of each batch.
struct Way {
  const char* name;
  int calls;  // Of one batch.
  std::function<bool()> call;
  std::vector<double> batches{};

  void run_batch() {
    const auto began = SteadyClock::now();
    for (int i = 0; i < calls; ++i)
      if (!call()) std::exit(1);
    const std::chrono::duration<double, std::nano> took = SteadyClock::now() - began;
    batches.push_back(took.count() / calls);
  }
  double median() {
    std::ranges::sort(batches);
    return batches[batches.size() / 2];
  }
};

/// The plugin's own function, by its pointer, with nothing around it.
std::function<bool()> bare(const cj_instance& table) {
  return [&table] {
    cj_call call{};
    call.size = sizeof call;
    const cj_request request{sizeof request, kDeliver, {}, nullptr, 0};
    cj_result result;
    result.size = sizeof result;
    result.status = CJ_OK;
    table.invoke(table.self, &call, &request, &result);
    return result.status == CJ_OK;
  };
}

std::vector<Way> ways(const cj_instance& table, PluginInstance& inlined, PluginInstance& direct,
                      PluginInstance& apart) {
  constexpr int kMany = 10'000;
  constexpr int kFew = 200;
  return {{"function pointer", kMany, bare(table)},
          {"guarded, inline", kMany, [&] { return inlined.invoke_inline({}, kDeliver, {}).ok(); }},
          {"guarded, in a slot", kMany, [&] { return direct.invoke({}, kDeliver, {}).ok(); }},
          {"guarded, on a thread of its own", kFew,
           [&] { return apart.invoke({}, kDeliver, {}).ok(); }}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("bench_call PLUGIN [BATCHES]\n", stderr);
    return 2;
  }
  const int batches = argc > 2 ? std::atoi(argv[2]) : 300;
  World world(argv[1]);
  CallThreads threads;
  const auto inlined = world.run(nullptr, true);
  const auto direct = world.run(nullptr, false);
  const auto apart = world.run(&threads, false);
  const cj_instance* table = nullptr;
  cj_call call{};
  call.size = sizeof call;
  auto result = empty_result();
  const cj_host host{};
  world.module.create(&host, &call, to_c("{}"), &table, &result);
  if (table == nullptr) return 1;

  auto all = ways(*table, *inlined, *direct, *apart);
  for (int i = 0; i < batches; ++i)
    for (auto& way : all) way.run_batch();
  const double base = all.front().median();
  for (auto& way : all)
    std::printf("%-34s median %9.1f ns   overhead %9.1f ns\n", way.name, way.median(),
                way.median() - base);
  return 0;
}
