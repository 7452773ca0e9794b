#include "http/response.hpp"

#include <algorithm>
#include <charconv>

#include "conserje/json.hpp"
#include "guard/http_text.hpp"

namespace conserje {
namespace {

bool is_ours(std::string_view name) {
  constexpr std::string_view kOurs[] = {"connection", "content-length", "date", "transfer-encoding",
                                        "x-correlation-id"};
  return std::any_of(std::begin(kOurs), std::end(kOurs),
                     [&](std::string_view ours) { return equals_ignoring_case(name, ours); });
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

bool is_sendable(const Response& response) {
  return response.status >= 200 && response.status <= 599 &&
         is_field_value(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
           return is_token(header.first) && !is_ours(header.first) && is_field_value(header.second);
         });
}

void write_response(std::string& out, const Response& response, const ResponseFrame& frame) {
  const bool may_have_body = response.status != 204 && response.status != 304;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  append_header(out, "Date", frame.date);
  append_header(out, "X-Correlation-ID", frame.correlation_id);
  out += "X-Content-Type-Options: nosniff\r\n";
  if (!frame.keep_alive) out += "Connection: close\r\n";
  if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (may_have_body) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  out += "\r\n";
  if (may_have_body && !frame.without_body) out += response.body;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // RFC 9112 4 lets it be empty.
  }
}

Response problem(int status, std::string_view detail, std::string_view instance) {
  Response response{.status = status, .content_type = "application/problem+json"};
  JsonWriter json(response.body);
  json.begin_object();
  json.member("type", "about:blank");
  json.member("title", reason_phrase(status));
  json.member("status", status);
  json.member("detail", detail);
  json.optional_member("instance", instance);
  json.end_object();
  return response;
}

}  // namespace conserje
