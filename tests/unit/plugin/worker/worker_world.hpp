#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/worker/proxy.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {

/// A world with workers in it.
struct WorkerWorld : World {
  std::shared_ptr<Launcher> launcher = std::make_shared<Launcher>(CONSERJE_TEST_WORKER);
  PluginUse use{.name = "staff", .kind = "sink", .use = "sink/staff", .restart = {.deaths = 1'000}};
  std::uint32_t landlock_abi = UINT32_MAX;
  std::mutex log_mutex{};  // Guards log_lines: a worker's watcher logs, too.

  std::vector<std::string> logged() {
    const std::lock_guard lock(log_mutex);
    return log_lines;
  }

  /// The plugin `name` in a worker, created, not started.
  Result<std::unique_ptr<PluginInstance>> create(const std::string& name) {
    auto image = SealedImage::copy(test_plugin(name));
    if (!image) return image.error();
    const auto read = read_manifest((*image)->bytes(), Platform::current());
    if (!read) return read.error();
    const auto manifest = without_inline(*read);
    auto all = sources();
    all.log = Log(
        [this](std::string_view line) {
          const std::lock_guard lock(log_mutex);
          log_lines.emplace_back(line);
        },
        LogLevel::debug, clock);
    const WorkerPlugin code(
        {launcher, *image, use, manifest, all.log, all.clock, all.metrics, landlock_abi});
    return PluginInstance::create(use, manifest, code,
                                  std::make_shared<HostServices>(use, manifest, all), all);
  }

  /// The same, started.
  std::unique_ptr<PluginInstance> run(const std::string& name) {
    auto instance = create(name);
    EXPECT_TRUE(instance) << instance.error().message;
    const auto started = (*instance)->start({});
    EXPECT_TRUE(started) << started.error().message;
    return *std::move(instance);
  }
};

/// sink.deliver with `head`, as the criminal understands it.
inline Result<Reply> ask(PluginInstance& plugin, std::string_view head, const CallSpec& spec = {}) {
  return plugin.call(spec, CJ_METHOD(CJ_KIND_SINK, 1), head);
}

}  // namespace conserje
