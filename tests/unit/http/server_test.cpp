#include "http/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "support/counting_random.hpp"
#include "support/fake_clock.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kNever = 5'000;  // Turns of a millisecond: who waits for so many waits in vain.

/// A client's end of a connection, which never blocks.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0)
      ADD_FAILURE() << "no connection";
    fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  Client(const Client&) = delete;
  ~Client() { close(socket_); }

  /// As much as the server's buffers take.
  std::size_t send(std::string_view bytes) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  void receive() {
    char bytes[16 * 1024];
    ssize_t size = 0;
    while ((size = recv(socket_, bytes, sizeof bytes, 0)) > 0)
      received_.append(bytes, static_cast<std::size_t>(size));
    if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) closed_ = true;
  }
  void stop_sending() { shutdown(socket_, SHUT_WR); }

  const std::string& received() const { return received_; }
  bool closed() const { return closed_; }

 private:
  int socket_;
  std::string received_;
  bool closed_ = false;
};

/// A server with two echoing routes and one whose answers wait in `waiting`. The test's thread is
/// the I/O thread.
class ServerTest : public testing::Test {
 protected:
  explicit ServerTest(ServerLimits limits = {}) : server(io, limits, clock, random) {
    const auto echo = [this](const InboundRequest& request, Responder responder) {
      seen.push_back(std::string(request.method) + " " + std::string(request.target) + " " +
                     std::string(request.body));
      std::move(responder).answer(
          {.body = std::string(request.body), .content_type = "text/plain"});
    };
    server.handle({.methods = "GET", .path = "/hello", .body_limit = 0, .handler = echo});
    server.handle(
        {.methods = "GET POST", .path = "/hooks/", .body_limit = 100'000, .handler = echo});
    server.handle({.methods = "POST",
                   .path = "/later",
                   .body_limit = 1'000,
                   .handler = [this](const InboundRequest& request, Responder responder) {
                     seen.push_back(std::string(request.body));
                     waiting.push_back(std::move(responder));
                   }});
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) throw std::runtime_error(bound.error().message);
    port = *bound;
  }

  /// Turns the server until `done`; false if that never came.
  template <class Done>
  bool until(Done done) {
    for (int turn = 0; turn < kNever; ++turn) {
      io.poll();
      if (done()) return true;
      io.run_one_for(1ms);
    }
    return false;
  }
  /// Until the client has `text`.
  bool gets(Client& client, std::string_view text) {
    return until([&] {
      client.receive();
      return client.received().find(text) != std::string::npos;
    });
  }
  bool sees_end(Client& client) {
    return until([&] {
      client.receive();
      return client.closed();
    });
  }
  /// Until the server has read everything that has been sent: it has nothing left to do.
  void settle() {
    while (io.run_one_for(5ms) > 0) {
    }
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  FakeClock clock;
  CountingRandom random;
  std::vector<std::string> seen;
  std::vector<Responder> waiting;
  std::uint16_t port = 0;
  Server server;
};

constexpr auto kGet = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

std::string post(const std::string& path, const std::string& body,
                 const std::string& headers = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

TEST_F(ServerTest, AnswersWithTheHandlersResponse) {
  Client client(port);
  client.send(post("/hooks/a", "ñandú"));
  ASSERT_TRUE(gets(client, "ñandú"));
  EXPECT_EQ(
      client.received(),
      "HTTP/1.1 200 OK\r\nDate: Wed, 05 Aug 2026 09:00:00 GMT\r\n"
      "X-Correlation-ID: 00000000000000000000000000000000\r\nX-Content-Type-Options: nosniff\r\n"
      "Content-Type: text/plain\r\nContent-Length: 7\r\n\r\nñandú");
}

TEST_F(ServerTest, TellsTheHandlerEverythingAboutTheRequest) {
  std::string told;
  server.handle({.methods = "POST",
                 .path = "/whole",
                 .body_limit = 10,
                 .handler = [&](const InboundRequest& request, Responder) {
                   for (const auto part :
                        {request.method, request.target, request.path, request.query,
                         request.header_block, request.body, request.peer, request.correlation_id,
                         *request.header("x-sig")})
                     told.append(part).append("|");
                   EXPECT_EQ(request.received_at, clock.now());
                   EXPECT_EQ(request.header("cookie"), std::nullopt);
                 }});
  Client client(port);
  client.send(
      "POST /whole?a=1 HTTP/1.1\r\nHost: h\r\nX-Sig: v \r\nX-Correlation-ID: "
      "a.B_9-\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_TRUE(gets(client, "500"));
  EXPECT_EQ(told,
            "POST|/whole?a=1|/whole|a=1|Host: h\r\nX-Sig: v \r\nX-Correlation-ID: "
            "a.B_9-\r\nContent-Length: 3\r\n|"
            "abc|127.0.0.1|a.B_9-|v|");
}

TEST_F(ServerTest, ReturnsTheCorrelationIdThatItWasGivenIfItIsOne) {
  for (const auto& given : {"a.B_9-"s, std::string(128, 'x')}) {
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\nx-correlation-id: " + given + "\r\n\r\n");
    EXPECT_TRUE(gets(client, "X-Correlation-ID: " + given + "\r\n"));
  }
  for (const auto& given :
       {"a b"s, ""s, std::string(129, 'x'), "<script>"s, "a\r\nX-Correlation-ID: b"s}) {
    Client client(port);
    client.send("GET /hello HTTP/1.1\r\nHost: h\r\nx-correlation-id: " + given + "\r\n\r\n");
    ASSERT_TRUE(gets(client, "\r\n\r\n"));
    EXPECT_THAT(client.received(),
                testing::ContainsRegex("X-Correlation-ID: ([0-9a-f][0-9a-f])+\r\n"))
        << given;
  }
}

std::string head_of(std::size_t size) {
  const auto head = "GET /hello HTTP/1.1\r\nHost: h\r\nX: "s;
  return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
}

struct Exchange {
  const char* what;
  std::string request;
  std::string status;
  bool closes;
};

const Exchange kExchanges[] = {
    {"GET", kGet, "200", false},
    {"HEAD", "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n", "200", false},
    {"a body by length", post("/hooks/a", "body"), "200", false},
    {"a body in chunks",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
     "chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
     "200", false},
    {"Connection: close", "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "200",
     true},
    {"HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", "200", true},
    {"an unknown path", "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", "404", false},
    {"a path below one that stands alone", "GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n", "404",
     false},
    {"an unknown path, with a body", post("/nothing", "body"), "404", true},
    {"another method", "DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n", "405", false},
    {"a method that is part of another's name", "PO /hooks/a HTTP/1.1\r\nHost: h\r\n\r\n", "405",
     false},
    {"a body where none is taken", "GET /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
     "413", true},
    {"a body over the limit, before it is sent",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n", "413", true},
    {"a body of 2^64 - 1 bytes",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n", "413",
     true},
    {"a chunk over the limit",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n", "413",
     true},
    {"a bad chunk size",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400", true},
    {"a head of 8 KB", head_of(8 * 1024), "200", false},
    {"a head of 8 KB and a byte", head_of(8 * 1024 + 1), "431", true},
    {"a head that does not end", "GET /hello HTTP/1.1\r\nHost: h\r\nX: " + std::string(8192, 'x'),
     "431", true},
    {"a target of 9 KB", "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n", "431",
     true},
    {"length and coding",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     "400", true},
    {"two lengths",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
     "400", true},
    {"two equal lengths",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
     "400", true},
    {"two hosts", "GET /hello HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", "400", true},
    {"no host", "GET /hello HTTP/1.1\r\n\r\n", "400", true},
    {"bare LF", "GET /hello HTTP/1.1\nHost: h\n\n", "400", true},
    {"one bare LF", "GET /hello HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", "400", true},
    {"a folded header", "GET /hello HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", "400", true},
    {"NUL", "GET /hello HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s, "400", true},
    {"an unknown coding",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", "501", true},
    {"a coding before chunked",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501", true},
    {"a length with a sign", "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nbody",
     "400", true},
    {"a negative length", "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: -4\r\n\r\nbody",
     "400", true},
    {"a length with letters",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4abc\r\n\r\nbody", "400", true},
    {"a list of lengths", "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\nbody",
     "400", true},
    {"a method that is no token", "P@ST /hooks/a HTTP/1.1\r\nHost: h\r\n\r\n", "400", true},
    {"a header without colon", "GET /hello HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", "400", true},
    {"a blank before the colon",
     "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\nbody", "400", true},
    {"HTTP/9.9", "GET /hello HTTP/9.9\r\nHost: h\r\n\r\n", "505", true},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", true},
    {"absolute form", "GET http://h/hello HTTP/1.1\r\nHost: h\r\n\r\n", "400", true},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "400", true},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400", true},
    {"an empty line in front", "\r\n" + std::string(kGet), "400", true},
    {"an unknown expectation", post("/hooks/a", "body", "Expect: more\r\n"), "417", true},
    {"a body that pretends to be a request",
     post("/nothing", "POST /hooks/evil HTTP/1.1\r\nHost: h\r\n\r\n"), "404", true},
};

TEST_F(ServerTest, AnswersOddRequestsWithTheRightStatusAndNeverReadsOnBehindThem) {
  for (const auto& exchange : kExchanges) {
    seen.clear();
    Client client(port);
    client.send(exchange.request);
    ASSERT_TRUE(gets(client, "\r\n\r\n")) << exchange.what;
    EXPECT_EQ(client.received().substr(0, 12), "HTTP/1.1 " + exchange.status) << exchange.what;

    client.send(kGet);
    if (exchange.closes) {
      EXPECT_TRUE(sees_end(client)) << exchange.what;
      EXPECT_THAT(client.received(), HasSubstr("Connection: close\r\n")) << exchange.what;
      EXPECT_EQ(seen.size(), exchange.status == "200" ? 1u : 0u) << exchange.what;
    } else {
      EXPECT_TRUE(until([&] { return !seen.empty() && seen.back() == "GET /hello "; }))
          << exchange.what;
    }
  }
}

TEST_F(ServerTest, SaysWhatWasWrongAsAProblemDocument) {
  Client client(port);
  client.send("GET /hello HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(sees_end(client));
  EXPECT_THAT(client.received(), HasSubstr("Content-Type: application/problem+json\r\n"));
  EXPECT_THAT(client.received(),
              HasSubstr(R"({"type":"about:blank","title":"Bad Request","status":400,)"
                        R"("detail":"Host is missing","instance":")"));
  EXPECT_EQ(server.counts().refused, 1u);
}

TEST_F(ServerTest, NamesTheMethodsOfAPath) {
  Client client(port);
  client.send("PUT /hooks/a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(gets(client, "Allow: GET, POST, HEAD\r\n"));
}

TEST_F(ServerTest, PrefersTheLongestPath) {
  server.handle({.methods = "GET",
                 .path = "/hooks/own",
                 .handler = [](const InboundRequest&, Responder responder) {
                   std::move(responder).answer({.body = "its own"});
                 }});
  Client client(port);
  client.send("GET /hooks/own HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(gets(client, "its own"));
}

TEST_F(ServerTest, AsksForABodyThatWaitsToBeAskedFor) {
  Client client(port);
  client.send(
      "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(gets(client, "HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("body");
  ASSERT_TRUE(gets(client, "\r\n\r\nbody"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, DoesNotAskForABodyThatItWouldRefuse) {
  Client client(port);
  client.send(
      "POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: "
      "100-continue\r\n\r\n");
  ASSERT_TRUE(sees_end(client));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ReadsALargeBodyWhileItsBufferGrows) {
  std::string body(99'000, 'x');
  body += "the end";
  const auto request = post("/hooks/large?q=1", body);
  Client client(port);
  for (std::size_t sent = 0; sent < request.size();) {
    sent += client.send(std::string_view(request).substr(sent, 7'000));
    io.poll();
  }
  ASSERT_TRUE(gets(client, "the end"));
  EXPECT_EQ(seen, std::vector{"POST /hooks/large?q=1 " + body});
}

TEST_F(ServerTest, ReadsRequestsThatArriveByteByByte) {
  const auto request =
      post("/hooks/a", "body") +
      "POST /hooks/b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"s;
  Client client(port);
  for (const char byte : request) {
    client.send({&byte, 1});
    io.poll();
  }
  EXPECT_TRUE(until([&] { return seen.size() == 2; }));
  EXPECT_EQ(seen, (std::vector{"POST /hooks/a body"s, "POST /hooks/b body"s}));
}

TEST_F(ServerTest, AnswersPipelinedRequestsOneAfterTheOther) {
  Client client(port);
  client.send(post("/later", "1") + post("/later", "2") + post("/hooks/a", "three"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  settle();
  EXPECT_EQ(seen, std::vector{"1"s});

  std::move(waiting[0]).answer({.body = "one"});
  ASSERT_TRUE(until([&] { return waiting.size() == 2; }));
  std::move(waiting[1]).answer({.body = "two"});
  ASSERT_TRUE(gets(client, "three"));
  EXPECT_LT(client.received().find("one"), client.received().find("two"));
  EXPECT_LT(client.received().find("two"), client.received().find("three"));
}

TEST_F(ServerTest, AnswersLateAndFromAnotherThread) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  std::jthread other([responder = std::move(waiting[0])]() mutable {
    std::move(responder).answer({.body = "late"});
  });
  EXPECT_TRUE(gets(client, "late"));
}

TEST_F(ServerTest, Answers500ForAResponderThatWasForgotten) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  waiting.clear();
  EXPECT_TRUE(gets(client, "HTTP/1.1 500 "));
}

TEST_F(ServerTest, DoesNotSendAHeaderThatWouldBreakTheHead) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  std::move(waiting[0]).answer({.headers = {{"X", "a\r\nSet-Cookie: e=1"}}});
  ASSERT_TRUE(gets(client, "HTTP/1.1 500 "));
  EXPECT_THAT(client.received(), Not(HasSubstr("Set-Cookie")));
}

TEST_F(ServerTest, OutlivesAClientThatLeftBeforeItsAnswer) {
  {
    Client client(port);
    client.send(post("/later", "body"));
    ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  }
  std::move(waiting[0]).answer({.body = std::string(1'000'000, 'x')});
  EXPECT_TRUE(until([&] { return server.counts().open == 0; }));
}

TEST_F(ServerTest, SendsALargeAnswerToASlowReader) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  std::move(waiting[0]).answer({.body = std::string(20'000'000, 'x') + "the end"});
  EXPECT_TRUE(gets(client, "the end"));
}

TEST_F(ServerTest, CutsOffARequestThatTricklesPastItsDeadline) {
  Client client(port);
  client.send("GET /hello HTTP/1.1\r\n");
  for (int second = 0; second < 9; ++second) {
    settle();
    clock.advance(1s);
    server.sweep();
    client.send("X: y\r\n");
  }
  settle();
  client.receive();
  EXPECT_EQ(client.received(), "");

  clock.advance(1s);
  server.sweep();
  ASSERT_TRUE(sees_end(client));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(server.counts().expired, 1u);
}

TEST_F(ServerTest, CutsOffABodyThatTricklesPastItsDeadline) {
  Client client(port);
  client.send("POST /hooks/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx");
  settle();
  clock.advance(10s);
  server.sweep();
  ASSERT_TRUE(sees_end(client));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, CutsOffAClientThatDoesNotTakeItsAnswer) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  std::move(waiting[0]).answer({.body = std::string(20'000'000, 'x')});
  settle();
  EXPECT_EQ(server.counts().open, 1u);
  clock.advance(10s);
  server.sweep();
  EXPECT_EQ(server.counts().open, 0u);
}

TEST_F(ServerTest, LetsAnIdleConnectionRest30Seconds) {
  Client client(port);
  client.send(kGet);
  ASSERT_TRUE(gets(client, "200 OK"));
  const auto answered = client.received();
  clock.advance(29'999ms);
  server.sweep();
  EXPECT_EQ(server.counts().open, 1u);
  clock.advance(1ms);
  server.sweep();
  ASSERT_TRUE(sees_end(client));
  EXPECT_EQ(client.received(), answered);
}

TEST_F(ServerTest, DoesNotHurryAHandler) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  clock.advance(1h);
  server.sweep();
  std::move(waiting[0]).answer({.body = "late"});
  EXPECT_TRUE(gets(client, "late"));
}

TEST_F(ServerTest, SweepsByItselfWhileThereAreConnections) {
  Client client(port);
  client.send("GET");
  settle();
  clock.advance(10s);
  EXPECT_TRUE(sees_end(client));
}

TEST_F(ServerTest, DrainsByAnsweringWhatIsUnderWay) {
  Client idle(port);
  idle.send(kGet);
  ASSERT_TRUE(gets(idle, "200 OK"));
  Client busy(port);
  busy.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));

  bool drained = false;
  server.drain(clock.monotonic() + 5s, [&] { drained = true; });
  EXPECT_TRUE(sees_end(idle));
  EXPECT_FALSE(drained);
  std::move(waiting[0]).answer({.body = "last words"});
  ASSERT_TRUE(gets(busy, "last words"));
  EXPECT_THAT(busy.received(), HasSubstr("Connection: close\r\n"));
  ASSERT_TRUE(sees_end(busy));
  busy.stop_sending();
  EXPECT_TRUE(until([&] { return drained; }));
}

TEST_F(ServerTest, DrainsNoLongerThanItsDeadline) {
  Client client(port);
  client.send(post("/later", "body"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  bool drained = false;
  server.drain(clock.monotonic() + 5s, [&] { drained = true; });
  clock.advance(5s);
  EXPECT_TRUE(until([&] { return drained; }));
  EXPECT_TRUE(sees_end(client));
  std::move(waiting[0]).answer({.body = "too late"});
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  Server second(io, {}, clock, random);
  const auto taken = second.listen("127.0.0.1", port);
  EXPECT_EQ(taken,
            Error(ErrorClass::config, "cannot listen on 127.0.0.1 port " + std::to_string(port) +
                                          ": bind: Address already in use"));
  Server third(io, {}, clock, random);
  EXPECT_THAT(third.listen("localhost", 0).error().message,
              HasSubstr("a numeric address is needed"));
}

class CrowdedServerTest : public ServerTest {
 protected:
  CrowdedServerTest() : ServerTest({.connections = 200}) {}
};

TEST_F(CrowdedServerTest, LetsTheOldestIncompleteRequestGiveWay) {
  std::list<Client> slow;
  for (int i = 0; i < 200; ++i) {
    slow.emplace_back(port).send("GET /hello HTTP/1.1\r\n");
    settle();
  }
  EXPECT_EQ(server.counts().open, 200u);

  Client honest(port);
  honest.send(kGet);
  EXPECT_TRUE(gets(honest, "HTTP/1.1 200 OK"));
  EXPECT_TRUE(sees_end(slow.front()));
  EXPECT_THAT(slow.front().received(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server.counts().open, 200u);
  EXPECT_EQ(server.counts().evicted, 1u);
  for (auto client = std::next(slow.begin()); client != slow.end(); ++client) {
    client->receive();
    EXPECT_FALSE(client->closed());
  }
}

TEST_F(ServerTest, TakesOtherRoutesAndBoundsWhileItServes) {
  Client before(port);
  before.send(post("/later", "x"));
  ASSERT_TRUE(until([&] { return waiting.size() == 1; }));
  const auto say = [](const InboundRequest&, Responder to) { std::move(to).answer({.body = "n"}); };
  server.change({{.methods = "GET", .path = "/new", .handler = say}}, {.head_bytes = 64});
  std::move(waiting.front()).answer({.body = "as before"});
  EXPECT_TRUE(gets(before, "as before"));
  Client after(port);
  after.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /new HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(gets(after, "HTTP/1.1 404"));
  EXPECT_TRUE(gets(after, "n"));
  after.send("GET /new HTTP/1.1\r\nHost: " + std::string(100, 'h') + "\r\n\r\n");
  EXPECT_TRUE(gets(after, "HTTP/1.1 431"));
}

}  // namespace
}  // namespace conserje
