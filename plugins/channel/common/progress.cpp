#include "progress.hpp"

#include <cstdint>
#include <string_view>

namespace conserje {
namespace {

constexpr std::string_view kPrefix = "sent/";
constexpr std::int64_t kLivesMs = 7 * std::int64_t{86'400'000};  // Nobody tries for so long.

std::string key_of(const std::string& reference) { return std::string(kPrefix) + reference; }

/// The object kept under `key`; null when there is none that can be read.
Json kept_at(const Host& host, const std::string& key) {
  const auto entry = host.kv_get(key);
  const auto json = entry && *entry ? parse_json((*entry)->value) : Result<Json>(Json());
  return json && json->is_object() ? *json : Json();
}

}  // namespace

Progress::Ids Progress::ids_of(const std::string& reference) const {
  Ids ids;
  const auto kept = kept_at(host_, key_of(reference));
  const auto list = kept.find("ids");
  if (list == kept.end() || !list->is_array()) return ids;
  for (const auto& id : *list) ids.push_back(id.is_string() ? id.get<std::string>() : "");
  return ids;
}

void Progress::keep(const std::string& reference, const Ids& ids) const {
  const Json progress = {{"at_ms", host_.now_ms()}, {"ids", ids}};
  if (!host_.kv_put(key_of(reference), progress.dump()))
    host_.warn("how far a message went is not kept over a restart");
}

void Progress::forget(const std::string& reference) const {
  (void)host_.kv_remove(key_of(reference));
}

void Progress::forget_old() const {
  const auto keys = host_.kv_list(kPrefix);
  if (!keys) return;
  for (const auto& key : *keys) {
    const auto kept = kept_at(host_, key);
    const bool is_fresh = kept.contains("at_ms") && kept["at_ms"].is_number_integer() &&
                          host_.now_ms() - kept["at_ms"].get<std::int64_t>() < kLivesMs;
    if (!is_fresh) (void)host_.kv_remove(key);
  }
}

}  // namespace conserje
