#include "example.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace example {
namespace {

using conserje::Error;
using conserje::ErrorClass;
using conserje::HttpResponse;
using conserje::Result;
using conserje::sink::DeliveryResult;
using conserje::testkit::FakeCall;
using conserje::testkit::FakeHost;

const std::string kUrl = "https://api.example.com/notes";

/// What the sink says of one event when Example gives this answer.
DeliveryResult deliver(const Result<HttpResponse>& answer) {
  FakeHost fake;
  fake.secrets["secret:staff/token"] = "t0ken";
  fake.expect({.url = kUrl,
               .headers = {{"content-type", "application/json"}, {"authorization", "Bearer t0ken"}},
               .body = R"({"key":"evt_1","text":"test.ping {\"n\":1}","urgent":true})",
               .response = answer});
  const auto sink = Example::create(fake.host(), {{"url", kUrl}, {"token", "secret:staff/token"}});
  const auto reply = sink->get()->deliver(
      FakeCall(fake),
      {{{.event = {
             .id = "evt_1", .type = "test.ping", .severity = "critical", .data = {{"n", 1}}}}}});
  EXPECT_EQ(fake.unmet(), 0U);
  return reply->results.at(0);
}

TEST(Example, PostsAnEventAsANote) {
  EXPECT_EQ(deliver(HttpResponse{.status = 201}),
            (DeliveryResult{.status = "ok", .http_status = 201}));
}

TEST(Example, TriesAgainWhenExampleIsBusy) {
  EXPECT_EQ(deliver(HttpResponse{.status = 429}),
            (DeliveryResult{.status = "retry", .http_status = 429, .error = "HTTP 429"}));
}

TEST(Example, TriesAgainWhenTheAnswerWasLost) {
  EXPECT_EQ(deliver(Error{ErrorClass::deadline, "no answer in time"}),
            (DeliveryResult{.status = "retry", .error = "no answer in time"}));
}

TEST(Example, CallsForAnOperatorWhenTheTokenIsNotTaken) {
  EXPECT_EQ(deliver(HttpResponse{.status = 401}),
            (DeliveryResult{.status = "auth", .http_status = 401, .error = "HTTP 401"}));
}

TEST(Example, GivesUpWhatExampleWillNeverTake) {
  EXPECT_EQ(deliver(HttpResponse{.status = 422}),
            (DeliveryResult{.status = "permanent", .http_status = 422, .error = "HTTP 422"}));
}

}  // namespace
}  // namespace example
