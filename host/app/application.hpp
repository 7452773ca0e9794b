#pragma once

#include <memory>

#include "app/start.hpp"

namespace conserje {

/// One host: every room, built from the pipeline, started, and stopped in order.
class Application {
 public:
  /// Opens the store, brings it up to date, and makes the plugins. What is wrong with a plugin is a
  /// finding among those of `checked`. Errors: of the store, or what the findings say.
  static Result<std::unique_ptr<Application>> open(Checked checked);
  ~Application();

  /// Starts the plugins, listens, and serves until SIGTERM, SIGINT or a plugin that may ask for the
  /// end. Errors: config, the address cannot be listened on, or a required plugin does not start.
  /// [main thread]
  Status run();

 private:
  class Parts;
  explicit Application(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace conserje
