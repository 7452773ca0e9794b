#include "example.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace example {
namespace {

using conserje::ErrorClass;
using conserje::HttpResponse;
using conserje::testkit::FakeCall;
using conserje::testkit::FakeHost;

std::unique_ptr<Example> plugin_of(FakeHost& fake) {
  fake.secrets["secret:x/token"] = "t0ken";
  return *Example::create(fake.host(),
                          {{"url", "https://api.example.com"}, {"token", "secret:x/token"}});
}

TEST(Example, HandsTheKeyToExample) {
  FakeHost fake;
  fake.expect({.url = "https://api.example.com/cancel",
               .headers = {{"authorization", "Bearer t0ken"}},
               .body = R"({"key":"k1","request":{"id":"R1"}})",
               .response = HttpResponse{.status = 200, .body = R"({"outcome":"done"})"}});
  const auto answer = plugin_of(fake)->cancel_reservation(
      FakeCall(fake, std::chrono::seconds(1), "k1"), {.id = "R1"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, "done");
}

TEST(Example, DoesNotKnowTheOutcomeOfAStrangeReply) {
  FakeHost fake;
  fake.answer_http([](const auto&, auto) { return HttpResponse{.status = 200, .body = "<html>"}; });
  const auto answer = plugin_of(fake)->retrieve(FakeCall(fake), {.id = "R1"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error_class, ErrorClass::deadline);
}

}  // namespace
}  // namespace example
