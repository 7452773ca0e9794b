#pragma once

#include <functional>

#include "conserje/cj.h"
#include "plugin/worker/sandbox.hpp"

namespace conserje {

/// A plugin's code, wherever it runs: in this process (Module) or in a worker (WorkerPlugin).
class PluginCode {
 public:
  virtual ~PluginCode() = default;
  /// As cj_plugin.create. [main thread]
  virtual void create(const cj_host* host, const cj_call* call, cj_str config,
                      const cj_instance** instance, cj_result* result) const = 0;
  /// Tells what confines an instance of create(), until its destroy. Null: nothing does, its code
  /// runs in this process. Threads: any.
  virtual std::function<Enforced()> confinement_of(const cj_instance&) const { return nullptr; }

 protected:
  PluginCode() = default;
  PluginCode(const PluginCode&) = default;
  PluginCode(PluginCode&&) = default;
  PluginCode& operator=(const PluginCode&) = default;
  PluginCode& operator=(PluginCode&&) = default;
};

}  // namespace conserje
