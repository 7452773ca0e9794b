#include "plugin/worker/proxy.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "conserje/wire.hpp"
#include "plugin/worker/instance.hpp"

namespace conserje {

void WorkerPlugin::create(const cj_host* host, const cj_call* call, cj_str config,
                          const cj_instance** instance, cj_result* result) const {
  auto made = std::make_unique<WorkerInstance>(parts_, *host, std::string(view(config)));
  made->create(*call, *result);
  if (result->status == CJ_OK) *instance = &made.release()->table();
}

std::function<Enforced()> WorkerPlugin::confinement_of(const cj_instance& instance) const {
  const auto* worker = static_cast<const WorkerInstance*>(instance.self);
  return [worker] { return worker->enforced(); };
}

Result<Enforced> confinement_here(const SealedImage& image) {
  constexpr std::chrono::seconds kPatience{10};
  Launcher launcher;
  const auto worker =
      WorkerProcess::start(0, launcher, {.name = "trial", .file = image.file().filename().string()},
                           image, std::chrono::steady_clock::now() + kPatience);
  if (!worker) return worker.error();
  return (*worker)->enforced();
}

Manifest without_inline(Manifest manifest) {
  for (auto& method : manifest.methods) method.is_inline = false;
  return manifest;
}

}  // namespace conserje
