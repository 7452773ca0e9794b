#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conserje {

/// The host of an absolute http or https URL in lower case; an IPv6 address without its brackets.
/// nullopt for everything that two parsers could read in two ways: a user, a backslash, a percent
/// sign or a space in the authority.
std::optional<std::string> url_host(std::string_view url);

/// What an entry of permissions.http begins with that means a host and all below it.
inline constexpr std::string_view kAndBelow = "*.";

/// Where one plugin may send HTTP requests: what its manifest asks for, with the values of its
/// configuration. Immutable. Threads: any.
class HttpAccess {
 public:
  /// `wanted` is the manifest's permissions.http; `reveal` gives the value of a secret's handle.
  HttpAccess(std::span<const std::string> wanted, const nlohmann::json& config,
             const std::function<std::optional<std::string_view>(std::string_view handle)>& reveal);

  bool allows(std::string_view url) const;
  /// What is allowed, for a message: "api.example.com, config:api_url".
  const std::string& wanted() const { return wanted_; }

 private:
  bool anywhere_ = false;
  std::vector<std::string> hosts_;
  std::vector<std::string> roots_;  // These and what is below them.
  std::string wanted_;
};

}  // namespace conserje
