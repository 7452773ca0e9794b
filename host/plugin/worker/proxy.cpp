#include "plugin/worker/proxy.hpp"

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

Manifest without_inline(Manifest manifest) {
  for (auto& method : manifest.methods) method.is_inline = false;
  return manifest;
}

}  // namespace conserje
