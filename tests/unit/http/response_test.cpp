#include "http/response.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje {
namespace {

using namespace std::string_literals;

std::string bytes_of(const Response& response,
                     ResponseFrame frame = {.date = "now", .correlation_id = "id-1"}) {
  std::string out;
  write_response(out, response, frame);
  return out;
}

TEST(Response, GoesOutWithItsLengthAndOurHeaders) {
  EXPECT_EQ(bytes_of({.status = 202,
                      .body = "ok",
                      .content_type = "text/plain",
                      .headers = {{"X-A", "1"}, {"X-B", "2"}}}),
            "HTTP/1.1 202 Accepted\r\nDate: now\r\nX-Correlation-ID: "
            "id-1\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Type: text/plain\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nok");
}

TEST(Response, SaysWhenItIsTheLast) {
  EXPECT_EQ(bytes_of({}, {.date = "now", .correlation_id = "id-1", .keep_alive = false}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nX-Correlation-ID: id-1\r\nX-Content-Type-Options: "
            "nosniff\r\n"
            "Connection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST(Response, ToHeadHasTheLengthButNotTheBody) {
  EXPECT_EQ(
      bytes_of({.body = "12345"}, {.date = "now", .correlation_id = "id-1", .without_body = true}),
      "HTTP/1.1 200 OK\r\nDate: now\r\nX-Correlation-ID: id-1\r\nX-Content-Type-Options: "
      "nosniff\r\n"
      "Content-Length: 5\r\n\r\n");
}

TEST(Response, Without204sBody) {
  EXPECT_EQ(bytes_of({.status = 204, .body = "dropped"}),
            "HTTP/1.1 204 No Content\r\nDate: now\r\nX-Correlation-ID: "
            "id-1\r\nX-Content-Type-Options: nosniff\r\n\r\n");
}

TEST(Response, IsNotSentWithWhatWouldBreakOrContradictItsHead) {
  EXPECT_TRUE(is_sendable({.content_type = "text/plain", .headers = {{"X-Name", "ni\xC3\xB1o"}}}));
  EXPECT_FALSE(is_sendable({.status = 100}));
  EXPECT_FALSE(is_sendable({.status = 600}));
  EXPECT_FALSE(is_sendable({.content_type = "text/plain\r\nSet-Cookie: e=1"}));
  EXPECT_FALSE(is_sendable({.headers = {{"X", "a\r\nSet-Cookie: e=1"}}}));
  EXPECT_FALSE(is_sendable({.headers = {{"X", "a\0b"s}}}));
  EXPECT_FALSE(is_sendable({.headers = {{"X Y", "a"}}}));
  EXPECT_FALSE(is_sendable({.headers = {{"", "a"}}}));
  for (const auto* ours :
       {"Content-Length", "transfer-encoding", "Connection", "DATE", "X-Correlation-Id"})
    EXPECT_FALSE(is_sendable({.headers = {{ours, "1"}}})) << ours;
}

TEST(Problem, IsAJsonDocumentOfRfc9457) {
  EXPECT_EQ(problem(413, "said \"too much\"\n", "id-1"),
            (Response{.status = 413,
                      .body = R"({"type":"about:blank","title":"Content Too Large","status":413,)"
                              R"("detail":"said \"too much\"\n","instance":"id-1"})",
                      .content_type = "application/problem+json"}));
}

}  // namespace
}  // namespace conserje
