#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/source.hpp"

namespace conserje {

/// The secrets of all plugins. A plugin's config holds the handle `secret:<plugin>/<place>`; the
/// value leaves this store only through reveal(). Values are wiped from memory with the store.
/// Threads: reveal() any, put() none beside.
class SecretStore {
 public:
  SecretStore() = default;
  ~SecretStore();
  SecretStore(SecretStore&& other) noexcept = default;
  SecretStore& operator=(SecretStore&&) = delete;
  SecretStore(const SecretStore&) = delete;
  SecretStore& operator=(const SecretStore&) = delete;

  /// Keeps `value` and wipes the caller's copy. `pointer` is the JSON pointer within the plugin's
  /// config. Returns the handle: put("desk", "/token", ...) is "secret:desk/token".
  std::string put(std::string_view plugin, std::string_view pointer, std::string& value);

  /// The value, as long as the store lives; none when the handle is unknown or another plugin's.
  std::optional<std::string_view> reveal(std::string_view plugin, std::string_view handle) const;
  /// The handles of a plugin's secrets.
  std::vector<std::string> handles(std::string_view plugin) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Overwrites the text and empties it; the compiler may not leave that out.
void wipe(std::string& text);

/// True for what people write where a secret will go one day: "changeme", "secret", "xxxx",
/// "<token>", ...
bool is_placeholder(std::string_view secret);

/// A place of the configuration that holds a secret.
struct SecretPlace {
  Mode mode;
  Position at;
  std::string path;  // "plugins.desk.config.token"
  std::string_view value;
  bool referenced = false;  // The value came from a ${...}.
};

/// Complains about a secret that is a placeholder or stands in the file: an error in production,
/// else a warning.
void check_secret(const SecretPlace& place, std::vector<Finding>& findings);

/// A text after its ${...} references have been replaced.
struct Resolved {
  std::string text;
  bool had_reference = false;
  std::vector<std::string> problems{};  // One for each reference that could not be resolved.
};

/// Replaces each `${env:NAME}`, `${file:PATH}` and `${credential:NAME}` in `text` ("$${" stands for
/// "${"). What they bring is taken as it is, without further references; one final newline of a
/// file is dropped. A relative PATH starts at `folder`.
Resolved resolve(std::string_view text, const std::filesystem::path& folder,
                 const ConfigSource& source);

}  // namespace conserje
