#include "health.hpp"

#include <limits>

#include "../common/document.hpp"
#include "conserje/text.hpp"
#include "errors.hpp"

namespace conserje::whatsapp {
namespace {

using channel::ChannelHealth;
using document::Document;

constexpr std::size_t kLongestDetail = 500;

std::string detail_of(Value health) {
  std::string detail;
  for (const Value entity : health["health_status"]["entities"])
    for (const Value error : entity["errors"]) {
      if (!detail.empty()) detail += "; ";
      detail.append(entity["entity_type"].view()).append(": ");
      detail += error["error_description"].view();
    }
  return text::cut(detail, kLongestDetail);
}

}  // namespace

ChannelHealth read_health(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  const Value answer = root ? *root : Value();
  if (response.status != 200 || answer["error"]) {
    const auto error = to_error(response, answer["error"], 1);
    return {.state = error.error_class == ErrorClass::retry ? "degraded" : "down",
            .detail = error.message};
  }
  const auto can_send = answer["health_status"]["can_send_message"].view();
  if (can_send == "BLOCKED") return {.state = "down", .detail = detail_of(answer)};
  const auto platform = answer["platform_type"].view();
  if (!platform.empty() && platform != "CLOUD_API")
    return {.state = "down", .detail = "the number is not registered on the Cloud API"};
  if (can_send == "LIMITED") return {.state = "degraded", .detail = detail_of(answer)};
  if (answer["quality_rating"].view() == "RED")
    return {.state = "degraded", .detail = "the quality of the number is rated RED"};
  if (answer["name_status"].view() == "DECLINED")
    return {.state = "degraded", .detail = "Meta declined the display name"};
  return {.state = "ok"};
}

std::int64_t read_token_end(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  if (response.status != 200 || !root) return 0;
  const auto seconds = (*root)["data"]["expires_at"].integer().value_or(0);
  const bool is_time = seconds > 0 && seconds <= std::numeric_limits<std::int64_t>::max() / 1000;
  return is_time ? seconds * 1000 : 0;
}

bool is_unsubscribed(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  return response.status == 200 && root && (*root)["data"].is_array() &&
         (*root)["data"].size() == 0;
}

}  // namespace conserje::whatsapp
