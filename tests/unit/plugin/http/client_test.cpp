#include "plugin/http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <memory>

#include "socket_server.hpp"

namespace conserje {

void PrintTo(const OutboundReply& reply, std::ostream* out) {
  *out << reply.status << " " << reply.body;
  for (const auto& [name, value] : reply.headers) *out << "\n" << name << ": " << value;
}

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers every request with `reply`, on as few connections as the client wants.
SocketServer::Behaviour always(std::string reply) {
  return [reply](Peer& peer) {
    while (peer.read_request()) peer.send(reply);
  };
}

class HttpClientTest : public testing::Test {
 protected:
  OutboundRequest to(const SocketServer& server, const std::string& path = "/") const {
    return {.method = "GET",
            .url = "http://127.0.0.1:" + std::to_string(server.port()) + path,
            .deadline = clock.monotonic() + 20s,
            .allow_private_addresses = true};
  }
  OutboundRequest post_to(const SocketServer& server) const {
    auto request = to(server);
    request.method = "POST";
    request.body = "body";
    return request;
  }
  ErrorClass fails(OutboundRequest request) {
    const auto reply = client.send_and_wait(std::move(request));
    if (reply) throw std::runtime_error("a reply of status " + std::to_string(reply->status));
    return reply.error().error_class;
  }

  SystemClock clock;
  HttpClient client{{}, clock};
};

TEST_F(HttpClientTest, SendsWhatItIsGivenAndReturnsTheReply) {
  SocketServer server(
      always("HTTP/1.1 201 Created\r\nX-One: 1\r\nx-two:  2 \r\nContent-Length: 3\r\n\r\nyes"));
  auto request = post_to(server);
  request.url += "messages?a=1";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  EXPECT_EQ(client.send_and_wait(request),
            (OutboundReply{.status = 201,
                           .headers = {{"x-one", "1"}, {"x-two", "2"}, {"content-length", "3"}},
                           .body = "yes"}));
  const auto host = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_THAT(server.requests(),
              ElementsAre("POST /messages?a=1 HTTP/1.1\r\nHost: " + host +
                          "\r\nAccept: */*\r\nContent-Type: "
                          "application/json\r\nX-Empty:\r\nContent-Length: 4\r\n\r\nbody"));
}

TEST_F(HttpClientTest, SendsTheLengthOfAnEmptyBody) {
  SocketServer server(always(kOk));
  auto request = post_to(server);
  request.body.clear();
  ASSERT_TRUE(client.send_and_wait(request));
  EXPECT_THAT(server.requests(), ElementsAre(HasSubstr("\r\nContent-Length: 0\r\n")));
}

TEST_F(HttpClientTest, SendsABodyOfAMegabyteWithoutAskingFirst) {
  SocketServer server(always(kOk));
  auto request = post_to(server);
  request.body = std::string(2'000'000, 'x');
  ASSERT_TRUE(client.send_and_wait(request));
  EXPECT_THAT(server.requests().at(0), testing::Not(HasSubstr("Expect")));
}

TEST_F(HttpClientTest, ReturnsEveryStatusAsAValueAndFollowsNoRedirect) {
  for (const auto* status :
       {"302 Found", "404 Not Found", "429 Too Many Requests", "500 Internal Server Error"}) {
    SocketServer server(
        always("HTTP/1.1 " + std::string(status) +
               "\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"));
    const auto reply = client.send_and_wait(to(server));
    ASSERT_TRUE(reply) << status;
    EXPECT_EQ(reply->status, std::stoi(status));
    EXPECT_EQ(reply->header("location"), "http://169.254.169.254/");
    EXPECT_EQ(server.requests().size(), 1u);
  }
}

TEST_F(HttpClientTest, ForgetsInterimReplies) {
  SocketServer server(always(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nX-Last: 1\r\n\r\n"));
  EXPECT_EQ(client.send_and_wait(to(server)),
            (OutboundReply{.status = 204, .headers = {{"x-last", "1"}}}));
}

TEST_F(HttpClientTest, AsksForAHeadWithoutWaitingForABody) {
  SocketServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
  auto request = to(server);
  request.method = "HEAD";
  EXPECT_EQ(client.send_and_wait(request),
            (OutboundReply{.status = 200, .headers = {{"content-length", "100"}}}));
}

TEST_F(HttpClientTest, DecompressesNothing) {
  SocketServer server(
      always("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw"));
  const auto reply = client.send_and_wait(to(server));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "raw");
}

TEST_F(HttpClientTest, KeepsConnectionsForTheNextCall) {
  SocketServer server(always(kOk));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.send_and_wait(to(server)));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, IgnoresTheEnvironmentsProxy) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  SocketServer server(always(kOk));
  EXPECT_TRUE(client.send_and_wait(to(server)));
  unsetenv("http_proxy");
}

TEST_F(HttpClientTest, RefusesWhatWouldBreakOrContradictTheHeadBeforeItConnects) {
  SocketServer server(always(kOk));
  for (const auto& header : HttpHeaders{{"X", "a\r\nEvil: 1"},
                                        {"X", "a\nb"},
                                        {"X", std::string("a\0b", 3)},
                                        {"X\r\nEvil", "1"},
                                        {"X Y", "1"},
                                        {"", "1"},
                                        {"X:", "1"},
                                        {"Host", "other"},
                                        {"content-length", "1"},
                                        {"Transfer-Encoding", "chunked"},
                                        {"Connection", "close"},
                                        {"Expect", "x"},
                                        {"Proxy-Authorization", "x"}}) {
    auto request = to(server);
    request.headers = {header};
    EXPECT_EQ(fails(request), ErrorClass::config) << header.first << ": " << header.second;
  }
  for (const auto* method : {"", "GE T", "GET\r\n", "GET /x HTTP/1.1\r\nX:"}) {
    auto request = to(server);
    request.method = method;
    EXPECT_EQ(fails(request), ErrorClass::config) << method;
  }
  for (const auto* url : {"", "ftp://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/",
                          "http://127.0.0.1/a b", "http://127.0.0.1/\r\nEvil: 1"}) {
    auto request = to(server);
    request.url = url;
    EXPECT_EQ(fails(request), ErrorClass::config) << url;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, AsksForAnotherTryWhenNothingWasSent) {
  OutboundRequest request;
  {
    SocketServer gone(always(kOk));
    request = to(gone);
  }
  EXPECT_EQ(client.send_and_wait(request), Error(ErrorClass::retry, "HTTP connection was refused"));

  SocketServer no_tls([](Peer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  request = to(no_tls);
  request.url.replace(0, 4, "https");
  EXPECT_EQ(fails(request), ErrorClass::retry);

  SocketServer silent([](Peer& peer) { peer.wait_for_end(); });
  request = to(silent);
  request.url.replace(0, 4, "https");
  request.deadline = clock.monotonic() + 50ms;
  EXPECT_EQ(client.send_and_wait(request),
            Error(ErrorClass::retry, "HTTP connection was not made in time"));

  SocketServer server(always(kOk));
  request = to(server);
  request.deadline = clock.monotonic();
  EXPECT_EQ(fails(request), ErrorClass::retry);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, DoesNotKnowTheOutcomeOnceTheRequestHasBegunToLeave) {
  const std::pair<const char*, SocketServer::Behaviour> faults[] = {
      {"reset",
       [](Peer& peer) {
         peer.read_request();
         peer.reset();
       }},
      {"end without a reply", [](Peer& peer) { peer.read_request(); }},
      {"half a head",
       [](Peer& peer) {
         peer.read_request();
         peer.send("HTTP/1.1 200 OK\r\nContent-");
       }},
      {"half a body",
       [](Peer& peer) {
         peer.read_request();
         peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
       }},
      {"half a chunk",
       [](Peer& peer) {
         peer.read_request();
         peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nok");
       }},
      {"not HTTP",
       [](Peer& peer) {
         peer.read_request();
         peer.send("220 mail.example ESMTP\r\n");
       }},
  };
  for (const auto& [what, behaviour] : faults) {
    SocketServer server(behaviour);
    EXPECT_EQ(fails(post_to(server)), ErrorClass::deadline) << what;
    EXPECT_EQ(server.requests().size(), 1u) << what;
  }
}

TEST_F(HttpClientTest, GivesUpAtTheDeadlineHoweverManyBytesTrickleIn) {
  SocketServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 100; ++i) {
      peer.send("x");
      std::this_thread::sleep_for(10ms);
    }
  });
  auto request = to(server);
  request.deadline = clock.monotonic() + 100ms;
  EXPECT_EQ(client.send_and_wait(request),
            Error(ErrorClass::deadline, "HTTP call got no reply in time; its outcome is unknown"));
  EXPECT_LT(clock.monotonic(), request.deadline + 800ms);
}

TEST_F(HttpClientTest, StopsReadingAReplyThatIsTooLarge) {
  for (const auto& reply :
       {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"}) {
    SocketServer server(always(reply));
    auto request = to(server);
    request.max_response_bytes = 10;
    EXPECT_EQ(client.send_and_wait(request),
              Error(ErrorClass::permanent, "HTTP reply is larger than allowed"));
    request.max_response_bytes = 11;
    EXPECT_TRUE(client.send_and_wait(request));
  }
}

TEST_F(HttpClientTest, StopsReadingHeadersThatDoNotEnd) {
  SocketServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 1000; ++i) peer.send("X-Header: " + std::string(90, 'x') + "\r\n");
  });
  EXPECT_EQ(fails(to(server)), ErrorClass::permanent);
}

/// Serves one request, reads another on the same connection and leaves; serves what comes after on
/// another.
SocketServer::Behaviour leaves_at_the_second() {
  return [first = true](Peer& peer) mutable {
    if (!std::exchange(first, false)) return always(kOk)(peer);
    peer.read_request();
    peer.send(kOk);
    peer.read_request();
  };
}

TEST_F(HttpClientTest, RepeatsAGetOfWhichAPooledConnectionDied) {
  SocketServer server(leaves_at_the_second());
  ASSERT_TRUE(client.send_and_wait(to(server, "/1")));
  EXPECT_TRUE(client.send_and_wait(to(server, "/2")));
  EXPECT_THAT(server.requests(), ElementsAre(HasSubstr("/1"), HasSubstr("/2"), HasSubstr("/2")));
}

TEST_F(HttpClientTest, DoesNotRepeatAPostOfWhichAPooledConnectionDied) {
  SocketServer server(leaves_at_the_second());
  ASSERT_TRUE(client.send_and_wait(to(server, "/1")));
  EXPECT_EQ(fails(post_to(server)), ErrorClass::deadline);
  EXPECT_THAT(server.requests(), ElementsAre(HasSubstr("/1"), HasSubstr("body")));
}

TEST_F(HttpClientTest, CancelsACallThatWaits) {
  std::latch arrived(1);
  SocketServer server([&](Peer& peer) {
    peer.read_request();
    arrived.count_down();
    peer.wait_for_end();
  });
  std::promise<Result<OutboundReply>> reply;
  const auto id = client.send(
      to(server), [&](Result<OutboundReply> result) { reply.set_value(std::move(result)); });
  arrived.wait();
  client.cancel(id);
  EXPECT_EQ(reply.get_future().get(), Error(ErrorClass::cancelled, "HTTP call was cancelled"));
  client.cancel(id);
}

TEST_F(HttpClientTest, CancelsAWaitThatIsAskedToStop) {
  const auto stop = std::make_unique<std::stop_source>();  // Where GCC sees it begin.
  SocketServer server([&](Peer& peer) {
    peer.read_request();
    stop->request_stop();
    peer.wait_for_end();
  });
  EXPECT_EQ(client.send_and_wait(to(server), stop->get_token()),
            Error(ErrorClass::cancelled, "HTTP call was cancelled"));
}

TEST_F(HttpClientTest, LeavesNoCallUnansweredWhenItGoes) {
  std::latch arrived(1);
  SocketServer server([&](Peer& peer) {
    peer.read_request();
    arrived.count_down();
    peer.wait_for_end();
  });
  std::vector<ErrorClass> results;
  {
    HttpClient short_lived({}, clock);
    short_lived.send(to(server), [&](const Result<OutboundReply>& result) {
      results.push_back(result.error().error_class);
    });
    arrived.wait();
  }
  EXPECT_THAT(results, ElementsAre(ErrorClass::cancelled));
}

TEST_F(HttpClientTest, MakesManyCallsAtOnceAndRefusesMoreThanItsBound) {
  SocketServer silent([](Peer& peer) { peer.wait_for_end(); });
  HttpClient small({.waiting = 2}, clock);
  std::atomic<int> cancelled = 0;
  const auto count = [&](const Result<OutboundReply>& result) {
    cancelled += result.error().error_class == ErrorClass::cancelled;
  };
  const auto first = small.send(to(silent), count);
  const auto second = small.send(to(silent), count);
  EXPECT_EQ(small.send_and_wait(to(silent)),
            Error(ErrorClass::retry, "too many HTTP calls are under way"));
  small.cancel(first);
  small.cancel(second);
  while (cancelled < 2) std::this_thread::yield();
}

/// A server of TLS for hotel.example and other.example, and a client that accepts its certificate
/// for the first.
class TlsTest : public testing::Test {
 protected:
  TlsTest() { std::ofstream(ca_file) << certificate.pem(); }
  ~TlsTest() override { std::filesystem::remove(ca_file); }

  HttpClientOptions options() const {
    const auto port = std::to_string(server.port());
    return {
        .guarded_ports = {server.port()},
        .ca_file = ca_file,
        .pinned = {"hotel.example:" + port + ":127.0.0.1", "other.example:" + port + ":127.0.0.1",
                   "mixed.example:" + port + ":127.0.0.1,1.1.1.1"}};
  }
  OutboundRequest to(const std::string& host, bool allow_private_addresses) const {
    return {.url = "https://" + host + ":" + std::to_string(server.port()) + "/",
            .deadline = clock.monotonic() + 20s,
            .allow_private_addresses = allow_private_addresses};
  }

  SystemClock clock;
  Certificate certificate{"hotel.example"};
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context = certificate.context();
  SocketServer server{context.get(), always(kOk)};
  std::string ca_file =
      testing::TempDir() + "http_test_ca_" + std::to_string(server.port()) + ".pem";
};

TEST_F(TlsTest, AcceptsACertificateOfItsAuthorityForTheHost) {
  HttpClient client(options(), clock);
  EXPECT_TRUE(client.send_and_wait(to("hotel.example", true)));
}

TEST_F(TlsTest, RefusesACertificateForAnotherHostBeforeItSends) {
  HttpClient client(options(), clock);
  EXPECT_EQ(client.send_and_wait(to("other.example", true)),
            Error(ErrorClass::retry, "TLS certificate was not accepted"));
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(TlsTest, RefusesACertificateThatNobodyVouchesFor) {
  auto trusting_only_the_system = options();
  trusting_only_the_system.ca_file.clear();
  HttpClient client(trusting_only_the_system, clock);
  EXPECT_EQ(client.send_and_wait(to("hotel.example", true)),
            Error(ErrorClass::retry, "TLS certificate was not accepted"));
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(TlsTest, RefusesTls11) {
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  HttpClient client(options(), clock);
  EXPECT_FALSE(client.send_and_wait(to("hotel.example", true)));
  EXPECT_THAT(server.requests(), IsEmpty());
}

constexpr auto kNotPublic = "HTTP destination is not on the public Internet";

TEST_F(TlsTest, DoesNotConnectToAPrivateAddressThatAPublicNameHas) {
  HttpClient client(options(), clock);
  EXPECT_EQ(client.send_and_wait(to("hotel.example", false)),
            Error(ErrorClass::config, kNotPublic));
  EXPECT_EQ(client.send_and_wait(to("mixed.example", false)),
            Error(ErrorClass::config, kNotPublic));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TlsTest, DoesNotLendAPrivateConnectionToACallThatMayNotHaveIt) {
  HttpClient client(options(), clock);
  ASSERT_TRUE(client.send_and_wait(to("hotel.example", true)));
  EXPECT_EQ(client.send_and_wait(to("hotel.example", false)),
            Error(ErrorClass::config, kNotPublic));
  EXPECT_EQ(server.requests().size(), 1u);
}

}  // namespace
}  // namespace conserje
