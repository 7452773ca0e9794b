#pragma once

#include <memory>

#include "pipeline/pipeline.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/manifest.hpp"
#include "plugin/module.hpp"
#include "plugin/trust.hpp"

namespace conserje {

/// A configured plugin that may be loaded: everything has been checked that can be known without
/// running its code.
struct InspectedPlugin {
  PluginUse use;  // Its config is what the plugin will be given; isolation and kind are set.
  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  Vouched vouched{};  // Whom the image comes from.
  /// Of the configuration that `use` is from. Null: ServiceSources::secrets is asked.
  std::shared_ptr<const SecretStore> secrets{};

  bool is_in_process() const {
    return use.isolation.value_or(Isolation::in_process) == Isolation::in_process;
  }
};

}  // namespace conserje
