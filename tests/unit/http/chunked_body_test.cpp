#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje {
namespace {

using namespace std::string_literals;

struct Outcome {
  std::string body{};
  std::string rest{};  // What was not taken: of the next request, or of a line.
  int refused = 0;
  bool complete = false;

  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "body '" << outcome.body << "' rest '" << outcome.rest << "' refused " << outcome.refused
       << (outcome.complete ? " complete" : "");
}

/// Feeds `bytes`, `step` at a time, as a connection does.
Outcome feed(const std::string& bytes, std::size_t step, std::size_t limit = 1000) {
  ChunkedBody body(limit);
  std::string held;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    held += bytes.substr(at, step);
    if (body.complete()) continue;
    const auto result = body.take(held);
    if (const auto* refusal = std::get_if<Refusal>(&result)) return {.refused = refusal->status};
    held.erase(0, std::get<std::size_t>(result));
  }
  return {.body = std::string(body.body()), .rest = held, .complete = body.complete()};
}

TEST(ChunkedBody, IsTheSameHoweverItsBytesArrive) {
  const auto coded =
      "5\r\nHello\r\nA;name=\"v\"\r\n, 123\r\n567\r\n0\r\nX-Trailer: dropped\r\n\r\nGET /next"s;
  for (std::size_t step = 1; step <= coded.size(); ++step)
    EXPECT_EQ(feed(coded, step),
              (Outcome{.body = "Hello, 123\r\n567", .rest = "GET /next", .complete = true}))
        << step;
}

TEST(ChunkedBody, IsIncompleteWithoutItsLastChunk) {
  EXPECT_EQ(feed("5\r\nHello\r\n", 100), Outcome{.body = "Hello"});
}

TEST(ChunkedBody, RefusesWhatIsNotItsCoding) {
  for (const auto& coded :
       {"x\r\nHello\r\n0\r\n\r\n"s, "-5\r\nHello\r\n0\r\n\r\n"s, "5\r\nHelloWorld\r\n0\r\n\r\n"s,
        "5 \r\nHello\r\n0\r\n\r\n"s, "0x5\r\nHello\r\n0\r\n\r\n"s, "\r\n\r\n"s, "5\nHello\n0\n\n"s,
        "5\r\nHello\n0\r\n\r\n"s, "5;\x01\r\nHello\r\n0\r\n\r\n"s,
        "5\r\nHello\r\n0\r\nnot a trailer\r\n\r\n"s})
    EXPECT_EQ(feed(coded, coded.size()), Outcome{.refused = 400}) << coded;
}

TEST(ChunkedBody, RefusesABodyOverItsLimit) {
  EXPECT_EQ(feed("5\r\nHello\r\n0\r\n\r\n", 100, 5), (Outcome{.body = "Hello", .complete = true}));
  EXPECT_EQ(feed("5\r\nHello\r\n1\r\n!\r\n0\r\n\r\n", 100, 5), Outcome{.refused = 413});
  EXPECT_EQ(feed("6\r\nHe", 100, 5), Outcome{.refused = 413});
}

TEST(ChunkedBody, RefusesASizeThatDoesNotFit) {
  EXPECT_EQ(feed("FFFFFFFFFFFFFFFF\r\nHello", 100), Outcome{.refused = 413});
  EXPECT_EQ(feed("10000000000000005\r\nHello", 100), Outcome{.refused = 413});
}

TEST(ChunkedBody, RefusesMoreBallastThan8KiB) {
  std::string extensions;
  for (int i = 0; i < 9; ++i) extensions += "1;" + std::string(1000, 'x') + "\r\n!\r\n";
  EXPECT_EQ(feed(extensions, 1000), Outcome{.refused = 400});
  EXPECT_EQ(feed("0\r\nX: " + std::string(9000, 'x'), 1000), Outcome{.refused = 400});
  EXPECT_EQ(feed("5;" + std::string(9000, 'x'), 1000), Outcome{.refused = 400});
}

}  // namespace
}  // namespace conserje
