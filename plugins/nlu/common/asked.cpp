#include "asked.hpp"

#include "conserje/retry_after.hpp"
#include "conserje/text.hpp"
#include "understanding.hpp"

namespace conserje::nlu {
namespace {

using std::chrono::seconds;
using enum ErrorClass;

constexpr seconds kLongestWait{600};

struct Verdict {
  ErrorClass error_class;
  const char* what;
};
Verdict judge(std::int64_t status) {
  if (status == 401 || status == 403) return {auth, "the credential is not accepted"};
  if (status == 404 || status == 405 || status < 400) return {config, "not the API that we know"};
  if (status == 408 || status == 409 || status == 429 || status >= 500) return {retry, "away"};
  return {permanent, "the message is refused"};
}

}  // namespace

Result<ParseReply> Asked::parse(const Call& call, const ParseRequest& request) {
  auto own = embedded_->parse(request);
  if (!own || text::trimmed(request.text).empty() || request.text.size() > kLongestText ||
      is_answer(request, *own))
    return own;
  if (!breaker_.allows(host_.monotonic_ns())) {
    host_.count("embedded_total", {{"why", "breaker"}});
    return own;
  }
  auto outcome = ask(call, request, *own);
  remember(outcome);
  if (outcome && outcome->unit.empty()) outcome->unit = own->unit;
  if (outcome) return outcome;
  host_.count("embedded_total", {{"why", to_string(outcome.error().error_class)}});
  return own;
}

void Asked::remember(const Result<ParseReply>& outcome) {
  const bool is_answered = outcome || outcome.error().error_class == permanent;
  if (is_answered) {
    breaker_.succeeded();
  } else {
    breaker_.failed(host_.monotonic_ns(), outcome.error().retry_after);
  }
  const auto trouble = is_answered ? std::string() : outcome.error().message;
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    is_news = trouble != trouble_;
    trouble_ = trouble;
  }
  if (!is_news) return;
  if (trouble.empty()) host_.info("the server answers again");
  if (!trouble.empty())
    host_.warn("the embedded engine answers in the server's place", {{"reason", trouble}});
}

Health Asked::health() const {
  const std::lock_guard lock(mutex_);
  return trouble_.empty() ? Health{} : Health{.state = "degraded", .detail = trouble_};
}

std::optional<Error> http_error(const HttpResponse& response, std::string_view who) {
  if (response.status >= 200 && response.status <= 299) return std::nullopt;
  const auto status = std::to_string(response.status);
  const auto [error_class, what] = judge(response.status);
  Error error{.error_class = error_class,
              .message = std::string(who) + ": HTTP " + status + ", " + what,
              .vendor_code = status};
  if (error_class == retry) error.retry_after = retry_after(response, kLongestWait);
  return error;
}

Result<HttpResponse> send(const Host& host, const Call& call, const http::HttpCall& request,
                          std::string_view body) {
  auto response = host.http(call, request, body);
  const bool nothing_was_sent = !response && response.error().error_class == retry;
  return nothing_was_sent ? host.http(call, request, body) : response;
}

}  // namespace conserje::nlu
