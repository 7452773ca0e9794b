#pragma once

#include <string>
#include <string_view>

#include "http/server.hpp"

namespace conserje {

/// What the server adds to a response.
struct ResponseFrame {
  std::string_view date;
  std::string_view correlation_id;
  bool keep_alive = true;
  bool without_body = false;  // The request was HEAD: the head says what GET would have brought.
};

/// Whether the response can go out: a final status, and no header that breaks the head or says what
/// is the server's to say (framing, Date, Connection, X-Correlation-ID).
bool is_sendable(const Response& response);

/// Appends a response, which is sendable, as bytes of HTTP/1.1.
void write_response(std::string& out, const Response& response, const ResponseFrame& frame);

}  // namespace conserje
