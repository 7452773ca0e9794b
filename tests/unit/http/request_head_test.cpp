#include "http/request_head.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace conserje {

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.status << ": " << refusal.detail;
}
void PrintTo(const RequestHead& head, std::ostream* out) {
  *out << head.method << " " << head.target << " length " << head.content_length
       << (head.chunked ? " chunked" : "") << (head.keep_alive ? " keep-alive" : " close")
       << (head.expects_continue ? " expects" : "") << "\n"
       << head.headers;
}

namespace {

using namespace std::string_literals;
using Verdict = std::variant<RequestHead, Refusal>;

TEST(RequestHead, ReadsWhatItNeedsAndPointsAtTheRest) {
  const auto bytes =
      "POST /webhooks/front?mode=a%20b&x HTTP/1.1\r\n"
      "host: hotel.example:8080\r\n"
      "Content-Length:  12 \t\r\n"
      "X-Note: with \xC3\xB1 and: colons\r\n"
      "\r\n"s;
  EXPECT_EQ(read_head(bytes),
            Verdict(RequestHead{
                .method = "POST",
                .target = "/webhooks/front?mode=a%20b&x",
                .path = "/webhooks/front",
                .query = "mode=a%20b&x",
                .headers = "host: hotel.example:8080\r\nContent-Length:  12 \t\r\n"
                           "X-Note: with \xC3\xB1 and: colons\r\n",
                .content_length = 12,
            }));
}

TEST(RequestHead, KeepsTheConnectionUnlessToldOtherwise) {
  const auto keeps = [](const std::string& line, const std::string& headers) {
    const auto bytes = line + "\r\nHost: h\r\n" + headers + "\r\n";
    return std::get<RequestHead>(read_head(bytes)).keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1", ""));
  EXPECT_TRUE(keeps("GET / HTTP/1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: upgrade , close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0", ""));
}

TEST(RequestHead, KnowsChunkedBodiesAndExpectations) {
  const auto bytes =
      "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n"s;
  const auto head = std::get<RequestHead>(read_head(bytes));
  EXPECT_TRUE(head.chunked);
  EXPECT_TRUE(head.expects_continue);
}

TEST(RequestHead, AcceptsTheLargestContentLengthThatFits) {
  const auto bytes = "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n"s;
  EXPECT_EQ(std::get<RequestHead>(read_head(bytes)).content_length, 18446744073709551615u);
}

TEST(RequestHead, NeedsNoHostInHttp10) {
  EXPECT_TRUE(std::holds_alternative<RequestHead>(read_head("GET / HTTP/1.0\r\n\r\n")));
}

struct Odd {
  const char* what;
  std::string head;
  Refusal refusal;
};

constexpr Refusal kLine{400, "a line does not end in CRLF"};
constexpr Refusal kRequestLine{
    400, "the request line is not METHOD, target and version with one space between"};
constexpr Refusal kMethod{400, "the method is not a token of at most 32 characters"};
constexpr Refusal kVersion{400, "the request line does not end in an HTTP version"};
constexpr Refusal kOtherVersion{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
constexpr Refusal kTarget{400, "the target does not begin with '/'"};
constexpr Refusal kTargetByte{400, "the target holds a byte that a URI cannot; percent-encode it"};
constexpr Refusal kHeader{
    400, "a header is not name, colon and value; no blank before the colon, no folding"};
constexpr Refusal kControl{400, "a header's value holds a control character"};
constexpr Refusal kHost{400, "Host is not a host"};
constexpr Refusal kLength{400, "Content-Length is not a decimal number"};
constexpr Refusal kCoding{501, "no transfer coding but chunked is understood"};

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: h\r\n";

const Odd kOdd[] = {
    {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", kLine},
    {"bare LF after a header", "GET / HTTP/1.1\r\nHost: h\n\r\n", kLine},
    {"bare LF everywhere", "GET / HTTP/1.1\nHost: h\n\n", kLine},
    {"an empty line in front", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", kRequestLine},
    {"bare CR in a header", kGet + "X: a\rb\r\n\r\n", kControl},
    {"bare CR at the end of a header", kGet + "X: a\r\r\n\r\n", kControl},
    {"bare CR in front of a length", kPost + "Content-Length:\r3\r\n\r\n", kControl},
    {"no empty line", kGet, kLine},
    {"bytes behind the empty line",
     kGet + "\r\nX",
     {400, "bytes follow the empty line of the head"}},
    {"no version", "GET /\r\nHost: h\r\n\r\n", kRequestLine},
    {"two blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", kTarget},
    {"a blank in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", kTargetByte},
    {"a tab for a blank", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", kRequestLine},
    {"a blank in front", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", kMethod},
    {"a blank at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", kVersion},
    {"a method that is no token", "P@ST / HTTP/1.1\r\nHost: h\r\n\r\n", kMethod},
    {"a method of 33 letters", std::string(33, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n", kMethod},
    {"NUL in the method", "GE\0T / HTTP/1.1\r\nHost: h\r\n\r\n"s, kMethod},
    {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, kTargetByte},
    {"a raw byte above ASCII in the target", "GET /\xC3\xB1 HTTP/1.1\r\nHost: h\r\n\r\n",
     kTargetByte},
    {"a fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", kTargetByte},
    {"absolute form", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", kTarget},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", kTarget},
    {"authority form", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", kTarget},
    {"HTTP/9.9", "GET / HTTP/9.9\r\nHost: h\r\n\r\n", kOtherVersion},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", kOtherVersion},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\n", kOtherVersion},
    {"a version in small letters", "GET / http/1.1\r\nHost: h\r\n\r\n", kVersion},
    {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", kVersion},
    {"no colon", kGet + "X\r\n\r\n", kHeader},
    {"no name", kGet + ": x\r\n\r\n", kHeader},
    {"a blank before the colon", kPost + "Content-Length : 10\r\n\r\n", kHeader},
    {"a blank in a name", kGet + "X Y: z\r\n\r\n", kHeader},
    {"NUL in a name", kGet + "X\0Y: z\r\n\r\n"s, kHeader},
    {"NUL in a value", kGet + "X: a\0b\r\n\r\n"s, kControl},
    {"a folded header", kGet + "X: a\r\n b\r\n\r\n", kHeader},
    {"a header folded by a tab", kGet + "X: a\r\n\tb: c\r\n\r\n", kHeader},
    {"DEL in a value", kGet + "X: a\x7F\r\n\r\n", kControl},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", {400, "Host is missing"}},
    {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", kHost},
    {"two Hosts", kGet + "HOST: h\r\n\r\n", {400, "Host is there twice"}},
    {"a list for a Host", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", kHost},
    {"a path in Host", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", kHost},
    {"a user in Host", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", kHost},
    {"two Content-Lengths",
     kPost + "Content-Length: 3\r\ncontent-length: 4\r\n\r\n",
     {400, "Content-Length is there twice"}},
    {"one Content-Length twice",
     kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
     {400, "Content-Length is there twice"}},
    {"Content-Length: +10", kPost + "Content-Length: +10\r\n\r\n", kLength},
    {"Content-Length: -1", kPost + "Content-Length: -1\r\n\r\n", kLength},
    {"Content-Length: 10abc", kPost + "Content-Length: 10abc\r\n\r\n", kLength},
    {"Content-Length: 10, 10", kPost + "Content-Length: 10, 10\r\n\r\n", kLength},
    {"Content-Length: 0x10", kPost + "Content-Length: 0x10\r\n\r\n", kLength},
    {"no Content-Length behind its name", kPost + "Content-Length: \r\n\r\n", kLength},
    {"a Content-Length of 2^64", kPost + "Content-Length: 18446744073709551616\r\n\r\n", kLength},
    {"both Content-Length and Transfer-Encoding",
     kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
     {400, "Content-Length and Transfer-Encoding are both there"}},
    {"both, the other way round",
     kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
     {400, "Content-Length and Transfer-Encoding are both there"}},
    {"Transfer-Encoding twice",
     kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     {400, "Transfer-Encoding is there twice"}},
    {"Transfer-Encoding: xchunked", kPost + "Transfer-Encoding: xchunked\r\n\r\n", kCoding},
    {"Transfer-Encoding: gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n",
     kCoding},
    {"Transfer-Encoding: identity", kPost + "Transfer-Encoding: identity\r\n\r\n", kCoding},
    {"Transfer-Encoding with a vertical tab", kPost + "Transfer-Encoding: \vchunked\r\n\r\n",
     kControl},
    {"Transfer-Encoding in HTTP/1.0",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
     {400, "HTTP/1.0 has no Transfer-Encoding"}},
    {"another expectation",
     kPost + "Expect: 200-ok\r\n\r\n",
     {417, "no expectation but 100-continue is understood"}},
};

TEST(RequestHead, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const auto& odd : kOdd) EXPECT_EQ(read_head(odd.head), Verdict(odd.refusal)) << odd.what;
}

TEST(HeadSize, IsThatUpToTheEmptyLine) {
  EXPECT_EQ(head_size("GET / HTTP/1.1\r\nHost: h\r\n\r\nbody\r\n\r\n"), 27u);
  EXPECT_EQ(head_size("GET / HTTP/1.1\r\nHost: h\r\n\r"), std::nullopt);
  EXPECT_EQ(head_size(""), std::nullopt);
}

TEST(HeadSize, CountsEmptyLinesThatABareLfMade) {
  EXPECT_EQ(head_size("GET / HTTP/1.1\n\nX"), 16u);
  EXPECT_EQ(head_size("GET / HTTP/1.1\n\r\nX"), 17u);
}

TEST(HeadSize, DoesNotDependOnWhereTheBytesWereCut) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::size_t searched = 0; searched < bytes.size(); ++searched)
    EXPECT_EQ(head_size(bytes, searched), bytes.size()) << searched;
}

TEST(FindHeader, TrimsTheValueAndIgnoresCase) {
  constexpr auto kHeaders = "Accept: a\r\nX-Signature: \t sha256=AB \r\nEmpty:\r\n";
  EXPECT_EQ(find_header(kHeaders, "x-signature"), "sha256=AB");
  EXPECT_EQ(find_header(kHeaders, "ACCEPT"), "a");
  EXPECT_EQ(find_header(kHeaders, "empty"), "");
}

TEST(FindHeader, FindsNothingWhereTheNameIsAbsentOrDoubled) {
  constexpr auto kHeaders = "X-Signature: a\r\nX-Signature-2: b\r\nx-signature: c\r\n";
  EXPECT_EQ(find_header(kHeaders, "x-signature"), std::nullopt);
  EXPECT_EQ(find_header(kHeaders, "x-sig"), std::nullopt);
  EXPECT_EQ(find_header("", "x-signature"), std::nullopt);
}

}  // namespace
}  // namespace conserje
