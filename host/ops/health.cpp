#include "ops/health.hpp"

#include <nlohmann/json.hpp>

namespace conserje {

std::string_view to_string(HealthState state) {
  switch (state) {
    case HealthState::ok: return "ok";
    case HealthState::degraded: return "degraded";
    case HealthState::down: return "down";
  }
  return "down";
}

HealthReport live() { return {200, R"({"status":"ok"})"}; }

HealthReport ready(std::span<const HealthCheck> checks) {
  auto whole = HealthState::ok;
  auto details = nlohmann::ordered_json::array();
  for (const auto& check : checks) {
    if (check.required && check.state == HealthState::down) whole = HealthState::down;
    if (check.state != HealthState::ok && whole == HealthState::ok) whole = HealthState::degraded;
    details.push_back({{"name", check.name},
                       {"required", check.required},
                       {"state", to_string(check.state)},
                       {"detail", check.detail}});
  }
  const nlohmann::ordered_json body{{"status", to_string(whole)}, {"checks", details}};
  return {whole == HealthState::down ? 503 : 200,
          body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

}  // namespace conserje
