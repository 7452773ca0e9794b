#pragma once

#include <memory>
#include <string>

#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/manifest.hpp"
#include "plugin/module.hpp"
#include "plugin/plugin_code.hpp"
#include "plugin/worker/launcher.hpp"
#include "plugin/worker/supervision.hpp"

namespace conserje {

/// What a plugin's workers are made of and with. The clock and the metrics outlive the instances.
struct WorkerParts {
  std::shared_ptr<Launcher> launcher;
  std::shared_ptr<const SealedImage> image;
  PluginUse use;
  Manifest manifest;
  Log log = Log::silent();
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  std::uint32_t landlock_abi = UINT32_MAX;  // Confinement::landlock_abi
};

/// A plugin in a process of its own: create() starts a worker and gives an instance whose functions
/// ask it, so that whoever calls cannot tell. A call that is under way when the worker dies ends
/// with `deadline`, its outcome being unknown; the worker is made anew, with the instance created
/// and started in it, while later calls wait as long as their deadline allows. One worker for each
/// instance. Threads: as cj_instance says.
class WorkerPlugin final : public PluginCode {
 public:
  explicit WorkerPlugin(WorkerParts parts) : parts_(std::move(parts)) {}

  /// Besides the plugin's own errors: config, `sandbox: required` and something is not in force;
  /// retry, no worker comes to stand.
  void create(const cj_host* host, const cj_call* call, cj_str config, const cj_instance** instance,
              cj_result* result) const override;
  std::function<Enforced()> confinement_of(const cj_instance& instance) const override;

 private:
  WorkerParts parts_;
};

/// What confines a worker with this image on this machine. Starts one, in which nothing of the
/// plugin runs. Errors: retry, no worker comes to stand.
Result<Enforced> confinement_here(const SealedImage& image);

/// The manifest of a plugin in a worker, as its callers shall see it: no method is inline, because
/// each waits for another process.
Manifest without_inline(Manifest manifest);

}  // namespace conserje
