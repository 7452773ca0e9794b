#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "plugin/plugin_storage.hpp"
#include "plugin/services.hpp"

namespace conserje {

inline std::filesystem::path test_plugin(const std::string& name) {
  return std::filesystem::path(CONSERJE_TEST_PLUGINS) / (name + ".so");
}

/// cj.kv/1 in memory, with the store's rules.
class FakeStorage final : public PluginStorage {
 public:
  Result<std::optional<Value>> get(const std::string& plugin, const std::string& key) override {
    const auto found = values_.find({plugin, key});
    if (found == values_.end()) return std::optional<Value>();
    return std::optional(found->second);
  }
  Result<std::optional<std::uint64_t>> put(const std::string& plugin, const std::string& key,
                                           const std::string& value,
                                           std::optional<std::uint64_t> expected,
                                           std::size_t quota_bytes) override {
    if (value.size() > quota_bytes)
      return Error{.error_class = ErrorClass::permanent, .vendor_code = "too_large"};
    auto& stored = values_[{plugin, key}];
    if (expected && *expected != stored.revision) return std::optional<std::uint64_t>();
    stored = {value, stored.revision + 1};
    return std::optional(stored.revision);
  }
  Result<bool> remove(const std::string& plugin, const std::string& key,
                      std::optional<std::uint64_t> expected) override {
    const auto found = values_.find({plugin, key});
    if (found == values_.end() || (expected && *expected != found->second.revision)) return false;
    values_.erase(found);
    return true;
  }
  Result<std::vector<std::string>> list(const std::string& plugin,
                                        const std::string& prefix) override {
    std::vector<std::string> keys;
    for (const auto& [place, value] : values_)
      if (place.first == plugin && place.second.starts_with(prefix)) keys.push_back(place.second);
    return keys;
  }

 private:
  std::map<std::pair<std::string, std::string>, Value> values_;
};

/// Timers that are due when the test says so.
class FakeTimers final : public TimerScheduler {
 public:
  struct Timer {
    Id id;
    Millis after;
    std::function<void()> run;
  };

  Id schedule(Millis after, std::function<void()> run) override {
    waiting.push_back({++last_, after, std::move(run)});
    return last_;
  }
  void cancel(Id id) override {
    std::erase_if(waiting, [&](const Timer& timer) { return timer.id == id; });
  }
  /// Runs the oldest one.
  void fire() {
    const auto timer = std::move(waiting.front());
    waiting.pop_front();
    timer.run();
  }

  std::deque<Timer> waiting;

 private:
  Id last_ = 0;
};

/// All that a plugin's host hands in, in memory. It outlives the instances.
struct World {
  FakeClock clock{};
  Metrics metrics{};
  CountingRandom random{};
  FakeStorage storage{};
  FakeTimers timers{};
  CallThreads call_threads{};
  bool calls_apart = false;  // On call_threads.
  std::vector<std::string> log_lines{};
  std::vector<OutboundRequest> sent{};
  std::deque<OutboundReply> replies{};  // To what is sent next; then 201 "made".
  std::vector<channel::EmitRequest> emitted{};
  std::function<void(std::stop_token)> before_reply{};  // Of HTTP; may wait.

  ServiceSources sources() {
    return {.log = Log([this](std::string_view line) { log_lines.emplace_back(line); },
                       LogLevel::debug, clock),
            .clock = &clock,
            .metrics = &metrics,
            .random = &random,
            .http = [this](OutboundRequest request, std::stop_token stop) -> Result<OutboundReply> {
              if (before_reply) before_reply(stop);
              sent.push_back(std::move(request));
              if (!replies.empty()) {
                auto reply = std::move(replies.front());
                replies.pop_front();
                return reply;
              }
              return OutboundReply{.status = 201, .headers = {{"x-id", "7"}}, .body = "made"};
            },
            .storage = &storage,
            .secrets = [](std::string_view plugin,
                          std::string_view handle) -> std::optional<std::string_view> {
              if (plugin != "staff" || handle != "secret:staff/token") return std::nullopt;
              return "t0ken";
            },
            .emit = [this](std::string_view, const CallSpec&,
                           channel::EmitRequest events) -> Result<channel::EmitReply> {
              emitted.push_back(std::move(events));
              return channel::EmitReply{.stored = 1};
            },
            .timers = &timers,
            .call_threads = calls_apart ? &call_threads : nullptr};
  }

  /// The value of one series of /metrics, such as
  /// `plugin_misuse_total{plugin="staff",what="head"}`; -1 when it is not there.
  double metric(const std::string& series) const {
    const auto text = metrics.expose();
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
};

/// The plugin `name` as the instance "staff", created, with `config`.
inline Result<std::unique_ptr<PluginInstance>> create_plugin(
    World& world, const std::string& name, nlohmann::json config = nlohmann::json::object()) {
  auto image = SealedImage::copy(test_plugin(name));
  if (!image) return image.error();
  const auto manifest = read_manifest((*image)->bytes(), Platform::current());
  if (!manifest) return manifest.error();
  const auto module = Module::load(*image, CJ_ABI_VERSION);
  if (!module) return module.error();
  PluginUse use{.name = "staff", .kind = "sink", .use = "sink/staff"};
  use.config = std::move(config);
  const auto sources = world.sources();
  return PluginInstance::create(use, *manifest, *module,
                                std::make_shared<HostServices>(use, *manifest, sources), sources);
}

/// The same, started.
inline std::unique_ptr<PluginInstance> run_plugin(
    World& world, const std::string& name, nlohmann::json config = nlohmann::json::object()) {
  auto instance = create_plugin(world, name, std::move(config));
  EXPECT_TRUE(instance) << instance.error().message;
  const auto started = (*instance)->start({});
  EXPECT_TRUE(started) << started.error().message;
  return *std::move(instance);
}

}  // namespace conserje
