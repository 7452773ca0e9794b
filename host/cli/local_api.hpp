#pragma once

#include <string>
#include <string_view>

#include "conserje/json.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/http/client.hpp"

namespace conserje {

/// The admin API of the host that runs with this configuration on this machine, called with the
/// token that it left in its data folder.
class LocalApi {
 public:
  /// Errors: retry, no host can be reached there; the text says why, and what to do.
  static Result<LocalApi> find(const Pipeline& pipeline);

  /// One call; waits while the host works on it, at most `longest`. body: JSON, or empty.
  /// Errors: retry, no host is there (any more); those of HttpClient.
  Result<OutboundReply> call(std::string_view method, std::string_view path, std::string body = {},
                             Millis longest = std::chrono::minutes(10)) const;

 private:
  LocalApi(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}

  std::string url_;
  std::string token_;
};

/// What a problem document says, for people.
std::string problem_of(const OutboundReply& reply);

}  // namespace conserje
