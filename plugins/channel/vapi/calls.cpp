#include "calls.hpp"

#include "payload.hpp"

namespace conserje::vapi {
namespace {

constexpr std::string_view kPrefix = "caller/";
constexpr std::string_view kBegun = "begun/";
constexpr std::size_t kLongestUrl = 2'048;

/// A caller's address may be longer than a key.
std::string key_of(std::string_view caller) {
  constexpr std::size_t kLongest = 128;
  return std::string(kPrefix) +
         (caller.size() <= kLongest ? std::string(caller) : fingerprint(caller));
}

std::optional<RunningCall> decode_call(const std::string& value) {
  const auto json = parse_json(value);
  if (!json) return std::nullopt;
  return RunningCall{.call_id = text(*json, "call"),
                     .control_url = text(*json, "url"),
                     .at_ms = time_ms(member(*json, "at")).value_or(0)};
}

}  // namespace

Status Calls::note(const CallNews& news) const {
  if (news.has_ended) return forget(news.caller, news.call_id);
  if (news.control_url.empty() || news.control_url.size() > kLongestUrl) return Done{};
  const auto known = find(news.caller);
  if (!known) return known.error();
  const bool is_known =
      *known && (*known)->call_id == news.call_id && (*known)->control_url == news.control_url;
  if (is_known) return Done{};
  const Json value = {{"call", news.call_id}, {"url", news.control_url}, {"at", host_.now_ms()}};
  const auto put = host_.kv_put(key_of(news.caller), value.dump());
  if (!put) return put.error();
  return Done{};
}

Result<std::optional<RunningCall>> Calls::find(std::string_view caller) const {
  const auto entry = host_.kv_get(key_of(caller));
  if (!entry) return entry.error();
  if (!*entry) return std::optional<RunningCall>();
  return decode_call((*entry)->value);
}

Status Calls::forget(std::string_view caller, std::string_view call_id) const {
  const auto known = find(caller);
  if (!known) return known.error();
  if (!*known || (*known)->call_id != call_id) return Done{};
  return host_.kv_remove(key_of(caller));
}

Status Calls::forget_old() const {
  if (const auto done = forget_before(kPrefix, host_.now_ms() - kLongestCallMs); !done) return done;
  return forget_before(kBegun, host_.now_ms() - kBegunLivesMs);
}

/// Removes what is not of a time after `at_ms`.
Status Calls::forget_before(std::string_view prefix, std::int64_t at_ms) const {
  const auto keys = host_.kv_list(prefix);
  if (!keys) return keys.error();
  for (const auto& key : *keys) {
    const auto entry = host_.kv_get(key);
    if (!entry) return entry.error();
    const auto call = *entry ? decode_call((*entry)->value) : std::nullopt;
    if (call && call->at_ms > at_ms) continue;
    if (const auto removed = host_.kv_remove(key); !removed) return removed;
  }
  return Done{};
}

Result<std::optional<BegunCall>> Calls::begun(std::string_view reference) const {
  const auto entry = host_.kv_get(std::string(kBegun) += reference);
  if (!entry) return entry.error();
  const auto call = *entry ? decode_call((*entry)->value) : std::nullopt;
  if (!call) return std::optional<BegunCall>();
  return std::optional(BegunCall{.call_id = call->call_id, .at_ms = call->at_ms});
}

Status Calls::note_begun(std::string_view reference, const BegunCall& call) const {
  const Json value = {{"call", call.call_id}, {"at", call.at_ms}};
  const auto put = host_.kv_put(std::string(kBegun) += reference, value.dump());
  return put ? Status(Done{}) : Status(put.error());
}

}  // namespace conserje::vapi
