#include "errors.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "conserje/retry_after.hpp"
#include "payload.hpp"

namespace conserje::twilio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using enum ErrorClass;

constexpr seconds kFirstBackoff{1};
constexpr std::uint32_t kMostDoublings = 6;
constexpr seconds kPause{60};           // When a rate limit does not say how long.
constexpr seconds kUncertainWait{300};  // Before the one more try that an unclear code gets.
constexpr seconds kLongPause{3600};
constexpr seconds kLongestWait{86400};

enum class Extra : std::uint8_t { none, backoff, until_next_day, needs_template, alert };

struct Rule {
  std::int64_t first;
  std::int64_t last;
  std::string_view what;  // For people; Twilio's own texts have numbers of guests in them.
  ErrorClass error_class;
  seconds wait{0};          // 0: the code does not ask for one.
  std::uint32_t tries = 0;  // With retry: permanent after so many; 0: never.
  Extra extra = Extra::none;
};

/// The first row that holds the code decides; the last ones are for codes that we do not know.
constexpr Rule kRules[] = {
    {11751, 11751, "media too large", permanent},
    {12300, 12300, "media of a bad type", permanent},
    {20003, 20003, "the credentials are not accepted", auth},
    {20005, 20008, "account suspended, or test credentials", config},
    {20404, 20404, "no such account or resource", config},
    {20429, 20429, "too many at once", retry, {}, 0, Extra::backoff},
    {20500, 20504, "Twilio's trouble", retry},
    {21211, 21211, "the recipient is no number", permanent},
    {21212, 21212, "the sender is no number", config},
    {21214, 21217, "the recipient cannot be reached", permanent},
    {21401, 21401, "the recipient is not allowed", permanent},
    {21408, 21408, "the recipient's country is not enabled", config},
    {21602, 21602, "no body", permanent},
    {21603, 21603, "no sender", config},
    {21606, 21606, "the sender is not of this account", config},
    {21608, 21609, "trial account, or a bad StatusCallback", config},
    {21610, 21610, "the guest said STOP", permanent},
    {21611, 21611, "the number's queue is full", retry, kPause},
    {21612, 21614, "no route to the recipient, or no mobile", permanent},
    {21617, 21623, "the body or the media are too large or too many", permanent},
    {21635, 21635, "the recipient is a landline", permanent},
    {21655, 21656, "ContentSid or its variables are wrong", config},
    {21659, 21660, "the sender is of another account", config},
    {21703, 21704, "the service has no senders", config},
    {30001, 30001, "the queue is full", retry, kPause},
    {30002, 30002, "account suspended", config},
    {30003, 30003, "the handset is unreachable", retry, kLongPause, 2},
    {30004, 30006, "blocked, unknown, or a landline", permanent},
    {30007, 30007, "filtered by the carrier", permanent, {}, 0, Extra::alert},
    {30008, 30008, "unknown to the carrier", retry, kUncertainWait, 2},
    {30032, 30034, "the sender is not registered", config},
    {30036, 30036, "expired before it could be sent", permanent},
    {63001, 63001, "the channel refused us", config},
    {63003, 63003, "no such recipient", permanent},
    {63005, 63005, "content refused", permanent},
    {63007, 63007, "the channel has no such sender", config},
    {63012, 63012, "the channel's trouble", retry, kPause},
    {63013, 63014, "against a policy, or blocked by the guest", permanent},
    {63015, 63015, "the guest has not joined the sandbox", config},
    {63016,
     63016,
     "the guest wrote too long ago; only a template may go to him",
     permanent,
     {},
     0,
     Extra::needs_template},
    {63018, 63018, "WhatsApp's rate limit", retry, kPause},
    {63019, 63019, "media could not be fetched", retry, kUncertainWait, 2},
    {63020, 63020, "business not accepted", config},
    {63021, 63021, "the channel did not take the content", permanent},
    {63024, 63025, "invalid recipient or media", permanent},
    {63027, 63030, "the template or its parameters are wrong", config},
    {63032, 63033, "the guest is limited or blocked", permanent},
    {63038, 63038, "the daily limit is reached", retry, {}, 0, Extra::until_next_day},
    {63049, 63049, "Meta held it back", permanent},
    {63051, 63051, "the sender is restricted", config},
    {20000, 29999, "refused", permanent},
    {30000, 39999, "a carrier error that we do not know", retry, kUncertainWait, 2},
    {63000, 63999, "a channel error that we do not know", retry, kUncertainWait, 2},
};

/// Until midnight UTC, when daily limits begin anew.
milliseconds rest_of_day(std::int64_t now_ms) {
  constexpr std::int64_t kDay = 86'400'000;
  return milliseconds(kDay - now_ms % kDay);
}

milliseconds backoff(std::uint32_t attempt) {
  return kFirstBackoff * (1U << std::min(attempt > 0 ? attempt - 1 : 0, kMostDoublings));
}

/// What the HTTP status alone says.
Verdict judge_status(std::int64_t status, const Occasion& occasion) {
  if (status == 429) return {retry, backoff(occasion.attempt)};
  if (status == 401) return {auth};
  if (status == 408 || status >= 500) return {retry};
  if (status == 403 || status == 404 || status < 400) return {config};  // Not the API we know.
  return {permanent};
}

const Rule* rule_of(std::string_view code) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), number);
  if (code.empty() || error != std::errc() || end != code.data() + code.size()) return nullptr;
  const auto* const rule = std::ranges::find_if(
      kRules, [&](const Rule& r) { return r.first <= number && number <= r.last; });
  return rule == std::end(kRules) ? nullptr : rule;
}

Error made(const Verdict& verdict, std::string message, std::string_view code) {
  if (const auto what = describe(code); !what.empty()) message.append(", ").append(what);
  Error error{.error_class = verdict.error_class,
              .message = std::move(message),
              .vendor_code = std::string(code)};
  if (verdict.error_class == retry) error.retry_after = verdict.wait;
  return error;
}

}  // namespace

std::optional<Verdict> judge(std::string_view code, const Occasion& occasion) {
  const auto* const rule = rule_of(code);
  if (rule == nullptr) return std::nullopt;
  const bool is_over = rule->tries != 0 && occasion.attempt >= rule->tries;
  Verdict verdict{.error_class = is_over ? permanent : rule->error_class,
                  .needs_template = rule->extra == Extra::needs_template,
                  .alert = rule->extra == Extra::alert};
  if (rule->wait != seconds(0) && !is_over) verdict.wait = rule->wait;
  if (rule->extra == Extra::backoff) verdict.wait = backoff(occasion.attempt);
  if (rule->extra == Extra::until_next_day) verdict.wait = rest_of_day(occasion.now_ms);
  return verdict;
}

std::string_view describe(std::string_view code) {
  const auto* const rule = rule_of(code);
  return rule == nullptr ? std::string_view() : rule->what;
}

Error to_error(std::string_view code, const Occasion& occasion) {
  return made(judge(code, occasion).value_or(Verdict{permanent}), "twilio: failed", code);
}

Error to_error(const HttpResponse& response, const Occasion& occasion) {
  const auto code = read_error_code(response.body);
  auto verdict = judge(code, occasion).value_or(judge_status(response.status, occasion));
  const bool is_their_trouble = response.status >= 500 && verdict.error_class == permanent;
  if (is_their_trouble) verdict = {retry};
  if (const auto asked = conserje::retry_after(response, kLongestWait)) verdict.wait = asked;
  return made(verdict, "twilio: HTTP " + std::to_string(response.status), code);
}

}  // namespace conserje::twilio
