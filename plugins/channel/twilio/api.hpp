#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/host.hpp"
#include "conserje/url.hpp"
#include "errors.hpp"
#include "payload.hpp"

namespace conserje::twilio {

/// The REST API of one account, spoken to with our credential, which goes to no other host. Errors
/// are classed as errors.hpp says. Holds nothing that changes; threads: any.
class Api {
 public:
  /// `config` outlives this and holds the secrets themselves, no longer their handles.
  Api(Host host, const Config& config) : host_(host), config_(config) {}

  /// Sends one message: its id.
  Result<std::string> post(const Call& call, const url::Fields& form) const;

  /// Any answer, whatever its status. `most_bytes`: of its body; 0: 1 MiB.
  Result<HttpResponse> get(const Call& call, std::string url, std::int64_t most_bytes = 0) const;
  /// An answer that is a T; any other is an error.
  template <class T>
  Result<T> document(const Call& call, std::string url) const;

  /// The messages that pass `filter`, newest first, with all pages up to one that goes back before
  /// `not_before_ms`; cut, with a word in the log, where they have no end.
  Result<std::vector<Message>> list(const Call& call, const url::Fields& filter,
                                    std::int64_t not_before_ms) const;
  /// The files of a message; asked only where it has any.
  Result<std::vector<MediaEntry>> files_of(const Call& call, const Message& message) const;
  /// A file at our API, from where the API says that it is, without our credential.
  Result<HttpResponse> file(const Call& call, std::string url, std::int64_t most_bytes) const;

  /// ".../Accounts/AC..." and `rest`.
  std::string account_url(std::string_view rest) const;
  Occasion occasion(const Call& call) const;

 private:
  static constexpr std::int64_t kMostBytes = 8 * 1024 * 1024;  // Of a document.

  Result<HttpResponse> follow(const Call& call, HttpResponse response,
                              std::int64_t most_bytes) const;
  std::string credentials() const;
  Error with_jitter(Error error) const;

  Host host_;
  const Config& config_;
};

template <class T>
Result<T> Api::document(const Call& call, std::string url) const {
  const auto response = get(call, std::move(url), kMostBytes);
  if (!response) return response.error();
  if (response->status != 200) return with_jitter(to_error(*response, occasion(call)));
  auto document = decode<T>(response->body);
  if (!document)
    return Error{ErrorClass::retry,
                 "twilio: the answer cannot be read: " + document.error().message};
  return document;
}

}  // namespace conserje::twilio
