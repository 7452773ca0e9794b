#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/generate.hpp"
#include "plugin/manifest.hpp"
#include "plugin/module.hpp"

namespace conserje::kit {

using Millis = std::chrono::milliseconds;

/// What the command line says of a run of the kit.
struct Options {
  std::filesystem::path file{};
  int level = 7;  // The highest that runs.
  std::uint64_t seed = 1;
  std::filesystem::path config{};     // JSON; empty: made from the schema.
  std::filesystem::path conserje{};   // For level 8; empty: there is none.
  std::vector<std::string> only{};    // Ids of checks; empty: all.
  std::vector<std::string> except{};  // Ids that are left out, and said to be.
  double slow = 1;            // How much slower than a quick machine this one is, or this build.
  unsigned glibc_minor = 36;  // The newest glibc 2.x that a plugin may need.
  std::chrono::seconds time_limit{3'600};  // Of a check, whatever its own.
  bool in_process = false;  // For debuggers: no child, so the first crash is the end.
};

/// How much slower than others this program is: sanitizers, and CONSERJE_KIT_SLOW.
double own_slowness();

/// A configuration as an instance gets it: defaults filled in, handles in place of secrets.
struct FittedConfig {
  Json config = Json::object();
  std::map<std::string, std::string> secrets{};  // By handle.
};

/// The plugin under test, in the process of one check. What it needs is made when it is first asked
/// for. Throws Broken where the plugin does not let itself be read, loaded or configured.
class Subject {
 public:
  Subject(const Options& options, std::shared_ptr<const SealedImage> image)
      : options_(options), image_(std::move(image)) {}

  const Options& options() const { return options_; }
  std::string_view bytes() const { return image_->bytes(); }
  std::shared_ptr<const SealedImage> image() const { return image_; }
  const Manifest& manifest();
  /// Loads it: its constructors run.
  const cj_plugin& plugin();
  /// The configuration given, or one by the schema.
  const FittedConfig& config();
  /// `raw` as the host would hand it over; nullopt: the schema does not take it.
  std::optional<FittedConfig> fitted(const Json& raw);
  /// What the configuration says before the host has looked at it.
  Json raw_config();

  Generator generator() const { return Generator(options_.seed); }
  /// A time that is generous on this machine.
  Millis patience(Millis on_a_quick_one) const;
  /// What was measured, for the report of a check that passes.
  void note(std::string text) { note_ = std::move(text); }
  const std::string& note() const { return note_; }

 private:
  const Options& options_;
  std::shared_ptr<const SealedImage> image_;
  std::optional<Manifest> manifest_{};
  std::optional<Module> module_{};
  std::optional<FittedConfig> config_{};
  std::string note_{};
};

/// A value that fits a config schema, by its examples and defaults: what an operator would write.
Json sample(const Json& schema);

}  // namespace conserje::kit
