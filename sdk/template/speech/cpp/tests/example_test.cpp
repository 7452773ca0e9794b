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

TEST(Example, HearsWhatExampleHears) {
  FakeHost fake;
  fake.expect({.url = "https://api.example.com/transcribe",
               .headers = {{"authorization", "Bearer t0ken"}},
               .body = "audio",
               .response = HttpResponse{.status = 200, .body = R"({"text":"hola"})"}});
  const auto heard =
      plugin_of(fake)->transcribe(FakeCall(fake), {.mime_type = "audio/ogg"}, "audio");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->text, "hola");
}

TEST(Example, TriesAgainWhenExampleIsBusy) {
  FakeHost fake;
  fake.answer_http([](const auto&, auto) { return HttpResponse{.status = 429}; });
  const auto spoken = plugin_of(fake)->synthesise(FakeCall(fake), {.text = "hola"});
  ASSERT_FALSE(spoken);
  EXPECT_EQ(spoken.error().error_class, ErrorClass::retry);
}

}  // namespace
}  // namespace example
