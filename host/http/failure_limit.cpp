#include "http/failure_limit.hpp"

#include "http/source.hpp"

namespace conserje {

void FailureLimit::change(unsigned per_minute, std::vector<Network> trusted_proxies) {
  const std::lock_guard lock(mutex_);
  trusted_proxies_ = std::move(trusted_proxies);
  limit_.change(per_minute);
}

std::string FailureLimit::source(std::string_view peer, std::string_view header_block) const {
  const std::lock_guard lock(mutex_);
  return counted_as(source_of(peer, header_block, trusted_proxies_));
}

std::optional<Millis> FailureLimit::count(const std::string& source) {
  const std::lock_guard lock(mutex_);
  return limit_.take(source, clock_.monotonic());
}

std::optional<Millis> FailureLimit::exhausted(const std::string& source) const {
  const std::lock_guard lock(mutex_);
  return limit_.wait(source, clock_.monotonic());
}

std::string retry_after(Millis wait) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

Response too_many_failures(Millis wait, std::string_view instance) {
  auto response =
      problem(429, "too many requests of this source did not verify; see Retry-After", instance);
  response.headers.emplace_back("Retry-After", retry_after(wait));
  return response;
}

}  // namespace conserje
