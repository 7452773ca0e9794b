#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/cj.h"
#include "conserje/result.hpp"
#include "plugin/elf.hpp"

namespace conserje {

/// What a plugin may do beyond computing.
struct Permissions {
  /// Where cj.http/1 may go: a host name, "config:<property>" (the host of the URL that it holds),
  /// "*." before either (that host and all below it), or "*" (anywhere).
  std::vector<std::string> http{};
  std::size_t kv_quota_bytes = 0;  // Of all its values in cj.kv/1; 0: no cj.kv/1.
  bool raw_network = false;        // Brings its own network client.
  bool stop_host = false;          // May ask the host to stop (EmitRequest.stop_host).

  bool operator==(const Permissions&) const = default;
};

struct PluginKind {
  std::string name;  // "channel"
  std::uint32_t revision = 1;

  bool operator==(const PluginKind&) const = default;
};

/// A method that the plugin answers and that this host knows.
struct PluginMethod {
  std::string name;          // "channel.handle_webhook"
  std::uint32_t number = 0;  // CJ_METHOD
  bool is_inline = false;    // Runs on the I/O thread: must not block.

  bool operator==(const PluginMethod&) const = default;
};

/// The manifest of a plugin: manifest.json with its config.schema.json, as it stands in the ELF
/// note. Unknown members are ignored; so are kinds, and methods of a later revision of a kind, that
/// this host does not know.
struct Manifest {
  std::string id{};       // "cj.channel.console": reverse domain, a-z 0-9 - and dots.
  std::string version{};  // "1.4.0"
  std::string title{};
  std::string licence{};
  std::string support_url{};
  std::uint32_t abi_min = CJ_ABI_VERSION;
  std::uint32_t abi_max = CJ_ABI_VERSION;
  std::vector<PluginKind> kinds{};
  std::vector<PluginMethod> methods{};  // Ascending by number; CJ_CORE_TIMER goes without saying.
  unsigned parallel = 1;                // Most calls at once; 1: serial.
  std::string runtime = "cxx";          // cxx, c or rust
  Permissions permissions{};
  std::size_t body_limit = kDefaultBodyLimit;  // Of a webhook, in bytes.
  bool exclusive = false;  // No second instance beside it, not even for a reload.
  bool state_export = false;
  nlohmann::json config_schema = nlohmann::json::object();

  static constexpr std::size_t kDefaultBodyLimit = 1024 * 1024;

  bool has_kind(std::string_view kind) const;
  const PluginMethod* method(std::uint32_t number) const;

  bool operator==(const Manifest&) const = default;
};

/// The bounds of a manifest.
inline constexpr std::size_t kManifestLimit = 256 * 1024;  // Bytes of JSON.
inline constexpr unsigned kMaxParallel = 32;
inline constexpr std::size_t kMaxBodyLimit = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxKvQuota = 64 * 1024 * 1024;

/// The manifest from its JSON text. Errors: a refusal that names the first member that is wrong.
/// Pure.
Result<Manifest> parse_manifest(std::string_view json);

/// The manifest of a shared object: all that can be judged of the file itself before it is loaded.
/// It exports cj_entry and nothing else, needs no newer glibc, was built for this machine and for
/// an ABI that this host speaks. Errors: a refusal. Pure.
Result<Manifest> read_manifest(std::string_view bytes, const Platform& platform);

}  // namespace conserje
