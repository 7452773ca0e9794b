// Any bytes as what WAHA answers: the first byte chooses the status.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "errors.hpp"
#include "media.hpp"
#include "send.hpp"
#include "session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  if (size == 0) return 0;
  constexpr std::int64_t kStatuses[] = {200, 201, 404, 422, 500, 503};
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const HttpResponse response{.status = kStatuses[data[0] % std::size(kStatuses)], .body = body};
  (void)waha::read_accepted(response, "");
  (void)waha::exception_text(response);
  const auto health = waha::read_session(response, "+34910552010");
  if (health.state.empty()) std::abort();
  const auto place = waha::place_of(body, "http://waha.test", "https://s3.test");
  const bool leaks = place && place->needs_key &&
                     (!place->url.starts_with("http://waha.test/api/files/") ||
                      place->url.substr(0, place->url.find('?')).find("..") != std::string::npos);
  if (leaks) std::abort();
  return 0;
}
