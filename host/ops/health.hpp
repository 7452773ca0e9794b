#pragma once

#include <span>
#include <string>
#include <string_view>

namespace conserje {

enum class HealthState : unsigned char { ok, degraded, down };

std::string_view to_string(HealthState state);

/// What one part of the host says about itself.
struct HealthCheck {
  std::string name;  // "store", "plugin desk"
  bool required = true;
  HealthState state = HealthState::ok;
  std::string detail{};  // For people: no secret, no personal data.
};

struct HealthReport {
  int status = 200;  // HTTP
  std::string body;  // JSON
};

/// GET /health/live: 200 as long as the process answers.
HealthReport live();

/// GET /health/ready: 503 when something required is down. What is down but not required, or
/// degraded, makes the whole "degraded" and stays 200. Body: {"status": "ok"|"degraded"|"down",
/// "checks": [{"name", "required", "state", "detail"}]}, with the checks in the order given.
HealthReport ready(std::span<const HealthCheck> checks);

}  // namespace conserje
