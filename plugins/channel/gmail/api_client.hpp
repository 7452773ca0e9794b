#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/host.hpp"

namespace conserje::gmail {

/// Requests to the Gmail API in the name of the mailbox's owner. Threads: any.
class ApiClient {
 public:
  ApiClient(Host host, const Config& config);  // `config` outlives it.

  struct Request {
    std::string method = "GET";
    std::string path{};  // Below /gmail/v1/users/me, or below the API's root when it begins so.
    std::string content_type{};
    std::string_view body{};
    std::int64_t max_response_bytes = 0;
  };
  /// One exchange; 401 is tried once more with a new token. Statuses other than 2xx are errors as
  /// api_error has them; 404 has the vendor code "notFound".
  /// Errors: also config, no token is to be had, or the new one is refused as well.
  Result<Json> call(const Call& call, const Request& request);

 private:
  Result<std::string> token(const Call& call);
  Result<std::string> new_token(const Call& call);
  Result<HttpResponse> exchange(const Call& call, const Request& request, const std::string& token);
  void forget(const std::string& token);

  const Host host_;
  const Config& config_;

  std::mutex mutex_{};  // Of what follows; never held across a call to the host.
  std::string token_{};
  std::int64_t token_ends_ms_ = 0;
};

/// `text` for a URL's query or a form.
std::string percent_encoded(std::string_view text);

}  // namespace conserje::gmail
