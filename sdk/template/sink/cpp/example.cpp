#include "example.hpp"

#include <string>
#include <utility>

#include "payload.hpp"

namespace example {
namespace {

using conserje::Call;
using conserje::Error;
using conserje::ErrorClass;
using conserje::Host;
using conserje::HttpResponse;
using conserje::Json;
using conserje::Result;
using conserje::sink::DeliverReply;
using conserje::sink::DeliverRequest;
using conserje::sink::DeliveryResult;

/// What Example's answer is worth: the host acts on `status` alone.
DeliveryResult outcome_of(const Result<HttpResponse>& response) {
  if (!response) {
    const bool is_ours = response.error().error_class == ErrorClass::config;
    return {.status = is_ours ? "config" : "retry", .error = response.error().message};
  }
  const auto status = response->status;
  const auto result = [&](const char* error_class) {
    return DeliveryResult{
        .status = error_class, .http_status = status, .error = "HTTP " + std::to_string(status)};
  };
  if (status >= 200 && status <= 299) return {.status = "ok", .http_status = status};
  if (status == 401 || status == 403) return result("auth");
  if (status == 429 || status >= 500) return result("retry");
  return result("permanent");
}

}  // namespace

Result<std::unique_ptr<Example>> Example::create(Host host, const Json& json) {
  auto config = conserje::decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Example>(new Example(host, *std::move(config)));
}

Result<DeliverReply> Example::deliver(const Call& call, const DeliverRequest& request) {
  const auto token = host_.secret(config_.token);
  if (!token) return token.error();

  DeliverReply reply;
  for (const auto& delivery : request.deliveries)
    reply.results.push_back(outcome_of(host_.http(
        call,
        {.method = "POST",
         .url = config_.url,
         .headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + *token}},
         .timeout_ms = config_.timeout_ms},
        to_note(delivery.event))));
  return reply;
}

}  // namespace example
