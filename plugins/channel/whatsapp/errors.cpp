#include "errors.hpp"

#include <algorithm>

#include "conserje/retry_after.hpp"
#include "conserje/text.hpp"

namespace conserje::whatsapp {
namespace {

using std::chrono::seconds;
using enum ErrorClass;

constexpr seconds kPause{60};        // When a rate limit does not say how long.
constexpr seconds kShortPause{10};   // Messages per second: soon over.
constexpr seconds kLongPause{3600};  // Limits set for bad quality last for hours.
constexpr seconds kLongestWait{86400};
constexpr std::size_t kLongestText = 300;

struct Rule {
  std::int64_t first;
  std::int64_t last;
  ErrorClass error_class;
  seconds wait{0};          // 0: the code does not ask for one.
  std::uint32_t tries = 0;  // With retry: permanent after so many; 0: never.
};

constexpr std::int64_t kPairRate = 131056;

constexpr Rule kRules[] = {
    {0, 0, auth},                          // Token expired or invalid.
    {1, 1, retry, {}, 3},                  // Unknown, or a malformed request.
    {2, 2, retry},                         // Service down for the moment.
    {3, 3, config},                        // Capability missing.
    {4, 4, retry, kPause},                 // Calls of the app.
    {10, 10, config},                      // Permission missing.
    {33, 33, config},                      // Our phone number id is gone.
    {100, 100, permanent},                 // Bad parameter.
    {190, 190, auth},                      // Token expired or invalid.
    {200, 299, config},                    // Permission missing.
    {368, 368, config},                    // Blocked for policy.
    {80007, 80007, retry, kPause},         // Calls of the business account.
    {130429, 130429, retry, kShortPause},  // Messages per second of our number.
    {130472, 130472, permanent},           // The guest is in an experiment of Meta's.
    {130497, 130497, config},              // Restricted in that country.
    {131000, 131000, retry},               // Something went wrong.
    {131005, 131005, config},              // Access denied.
    {131008, 131009, permanent},           // Parameter missing or invalid.
    {131016, 131016, retry},               // Overloaded.
    {131021, 131021, permanent},           // Recipient equals sender.
    {131026, 131026, permanent},           // Not on WhatsApp, or has blocked us.
    {131030, 131030, config},              // Not in the test number's list.
    {131031, 131031, config},              // Account locked.
    {131037, 131037, config},              // Display name not approved.
    {131042, 131042, config},              // Payment.
    {131044, 131045, config},              // Payment; registration.
    {131047, 131047, permanent},           // More than 24 h since the guest wrote.
    {131048, 131048, retry, kLongPause},   // Spam limit of our number.
    {131049, 131051, permanent},           // Marketing held back; refused; unknown message type.
    {131052, 131053, retry, {}, 2},        // Media could not be fetched or stored.
    {kPairRate, kPairRate, retry},         // Messages to this guest; the wait grows.
    {131057, 131057, retry},               // Account in maintenance.
    {131062, 131062, permanent},           // This kind needs the guest's number.
    {131063, 131063, config},              // Marketing templates not on this API.
    {131064, 131064, retry, kLongPause},   // Templates of the wrong category.
    {132000, 132012, permanent},           // Template: parameters, translation, length, policy.
    {132015, 132016, config},              // Template paused; disabled.
    {132068, 132068, config},              // Flow blocked.
    {132069, 132069, retry, kPause},       // Flow throttled.
    {133000, 133015, config},              // Registration of our number.
    {133016, 133016, retry, kPause},       // Registration calls.
    {135000, 135000, permanent},           // Generic user error.
    {137000, 137000, permanent},           // The guest's key has changed.
    {138000, 138018, permanent},           // Calls.
    {139000, 139004, config},              // Flow integrity.
    {139100, 139103, permanent},           // Blocking guests.
};

/// 4 s, 16 s, 64 s, ... as Meta asks for the limit of one guest; at most an hour or so.
seconds pair_rate_wait(std::uint32_t attempt) {
  return seconds(std::int64_t{1} << (2 * std::clamp(attempt, 1U, 6U)));
}

/// What the HTTP status alone says.
Verdict judge_status(std::int64_t status) {
  if (status == 429) return {retry, kPause};
  if (status == 401) return {auth};
  if (status == 408 || status >= 500) return {retry};
  if (status == 403 || status == 404 || status < 400) return {config};  // Not the API we know.
  return {permanent};
}

}  // namespace

std::optional<Verdict> judge(Value error, std::uint32_t attempt) {
  const auto code = error["code"].integer();
  const auto rule = std::ranges::find_if(
      kRules, [&](const Rule& r) { return code && r.first <= *code && *code <= r.last; });
  const bool is_transient = error["is_transient"].flag();
  if (rule == std::end(kRules)) return is_transient ? std::optional(Verdict{retry}) : std::nullopt;

  Verdict verdict{rule->error_class};
  const bool is_over = rule->tries != 0 && attempt >= rule->tries;
  if (is_over) verdict.error_class = permanent;
  if (is_transient && verdict.error_class == permanent) verdict.error_class = retry;
  if (rule->wait != seconds(0)) verdict.wait = rule->wait;
  if (code == kPairRate) verdict.wait = pair_rate_wait(attempt);
  return verdict;
}

Hint hint_of(std::string_view code) {
  if (code == "131047") return {.needs_template = true};
  if (code == "131048" || code == "131064") return {.needs_person = true};  // Spam; categories.
  if (code == "131056") return {.limit = Limit::one_guest};
  if (code == "130429" || code == "4" || code == "80007") return {.limit = Limit::our_number};
  return {};
}

std::string describe(Value error) {
  const auto title = error["title"] ? error["title"].view() : error["message"].view();
  const auto details = error["error_data"]["details"].view();
  std::string text(title);
  if (!details.empty() && details != title) {
    if (!text.empty()) text += ": ";
    text += details;
  }
  text = text::cut(text, kLongestText);
  if (const auto trace = error["fbtrace_id"].view(); !trace.empty())
    text.append(" (fbtrace_id ").append(trace.substr(0, 64)).append(")");
  return text;
}

Error to_error(const HttpResponse& response, Value error, std::uint32_t attempt) {
  const auto verdict = judge(error, attempt).value_or(judge_status(response.status));
  Error out{.error_class = verdict.error_class,
            .message = "whatsapp: HTTP " + std::to_string(response.status),
            .vendor_code = error["code"].text()};
  if (const auto text = describe(error); !text.empty()) out.message += ", " + text;
  if (verdict.error_class != retry) return out;
  const auto asked = retry_after(response, kLongestWait);
  out.retry_after = asked ? asked : verdict.wait;
  if (!out.retry_after && response.status == 429) out.retry_after = kPause;
  return out;
}

}  // namespace conserje::whatsapp
