#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/network.hpp"
#include "guard/rate_limit.hpp"
#include "http/server.hpp"

namespace conserje {

/// Bounds how often one source may send what does not verify: bad signatures, bad tokens. Who
/// verifies is never counted. Threads: any.
class FailureLimit {
 public:
  /// per_minute: at least 1. The clock outlives the limit.
  FailureLimit(unsigned per_minute, std::vector<Network> trusted_proxies, const Clock& clock)
      : clock_(clock),
        trusted_proxies_(std::move(trusted_proxies)),
        limit_({.per_minute = per_minute}) {}

  /// From now on by these; what was counted stays.
  void change(unsigned per_minute, std::vector<Network> trusted_proxies);

  /// Whom a request's failure is counted against.
  std::string source(std::string_view peer, std::string_view header_block) const;
  std::string source(const InboundRequest& request) const {
    return source(request.peer, request.header_block);
  }

  /// Counts one failure. nullopt: within the budget; else how long the source has to wait.
  std::optional<Millis> count(const std::string& source);
  /// How long the source has to wait before it may fail again; nullopt: not at all.
  std::optional<Millis> exhausted(const std::string& source) const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_{};  // Guards what follows.
  std::vector<Network> trusted_proxies_;
  RateLimit limit_;
};

/// The value of Retry-After (RFC 9110 10.2.3): whole seconds, rounded up.
std::string retry_after(Millis wait);

/// 429 for a source that failed too often.
Response too_many_failures(Millis wait, std::string_view instance = {});

}  // namespace conserje
