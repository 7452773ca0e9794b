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

TEST(Example, SendsWithTheReferenceAsKey) {
  FakeHost fake;
  fake.expect({.url = "https://api.example.com/messages",
               .headers = {{"authorization", "Bearer t0ken"}},
               .body = R"({"to":"+34","key":"r1","text":"hola"})",
               .response = HttpResponse{.status = 200, .body = R"({"id":"m1"})"}});
  const auto sent = plugin_of(fake)->send(FakeCall(fake),
                                          {.recipient = "+34", .text = "hola", .reference = "r1"});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->message_ids, std::vector<std::string>{"m1"});
}

TEST(Example, KeepsNothingOfADeliveryWithAWrongSignature) {
  FakeHost fake;
  const auto headers = conserje::testkit::header_block({{"X-Example-Signature", "00"}});
  const auto events = plugin_of(fake)->handle_webhook(
      FakeCall(fake), {.body = R"({"messages":[]})", .header_block = headers});
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().error_class, ErrorClass::auth);
}

}  // namespace
}  // namespace example
