#include "plugin/http_access.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using nlohmann::json;

std::optional<std::string_view> no_secret(std::string_view) { return std::nullopt; }

TEST(UrlHost, IsTheHostInLowerCase) {
  EXPECT_EQ(url_host("https://Graph.Facebook.com/v23.0/1/messages"), "graph.facebook.com");
  EXPECT_EQ(url_host("HTTP://localhost:8080"), "localhost");
  EXPECT_EQ(url_host("https://[2001:DB8::1]:443/?a"), "2001:db8::1");
  EXPECT_EQ(url_host("https://a.example?b@c"), "a.example");
}

TEST(UrlHost, IsNothingWhereTwoParsersMightDiffer) {
  for (const auto* url :
       {"", "ftp://a.example", "//a.example", "https://", "https://:80", "https://user@a.example",
        "https://a.example\\@b.example", "https://a.example:80:80", "https://a.example:x",
        "https://a%2eexample", "https://a.example \t", "https://[::1", "https://[::1]x",
        "https://\xc3\xa1.example", "https:///a.example"})
    EXPECT_EQ(url_host(url), std::nullopt) << url;
}

TEST(HttpAccess, AllowsTheHostsOfTheManifestAndNoOthers) {
  const std::string wanted[] = {"graph.facebook.com"};
  const HttpAccess access(wanted, json::object(), no_secret);
  EXPECT_TRUE(access.allows("https://graph.facebook.com/v23.0"));
  EXPECT_FALSE(access.allows("https://graph.facebook.com.evil.example/"));
  EXPECT_FALSE(access.allows("https://evil.example/graph.facebook.com"));
  EXPECT_FALSE(access.allows("https://facebook.com/"));
}

TEST(HttpAccess, AllowsTheHostsThatTheConfigurationNames) {
  const std::string wanted[] = {"config:api_url", "config:others", "config:absent"};
  const HttpAccess access(wanted,
                          {{"api_url", "http://127.0.0.1:9000/x"},
                           {"others", {"https://a.example", 7, "https://b.example"}}},
                          no_secret);
  EXPECT_TRUE(access.allows("http://127.0.0.1:9000/y"));
  EXPECT_TRUE(access.allows("https://b.example/"));
  EXPECT_FALSE(access.allows("http://127.0.0.2:9000/y"));
  EXPECT_EQ(access.wanted(), "config:api_url, config:others, config:absent");
}

TEST(HttpAccess, LooksBehindTheHandleOfASecretUrl) {
  const std::string wanted[] = {"config:url"};
  const HttpAccess access(wanted, {{"url", "secret:staff/url"}},
                          [](std::string_view handle) -> std::optional<std::string_view> {
                            if (handle != "secret:staff/url") return std::nullopt;
                            return "https://hooks.slack.example/T0";
                          });
  EXPECT_TRUE(access.allows("https://hooks.slack.example/T1"));
}

TEST(HttpAccess, AllowsWhatIsBelowAHostWhereTheManifestSaysSo) {
  const std::string wanted[] = {"*.vapi.ai", "*.config:control_hosts"};
  const HttpAccess access(
      wanted, {{"control_hosts", {"127.0.0.1", "https://a.example:8443/x", "no host"}}}, no_secret);
  for (const auto* url : {"https://vapi.ai/", "https://phone.aws-us-west-2.vapi.ai/5d0c/control",
                          "http://127.0.0.1:9000/", "https://a.example/", "https://b.a.example/"})
    EXPECT_TRUE(access.allows(url)) << url;
  for (const auto* url : {"https://evilvapi.ai/", "https://vapi.ai.evil.example/", "https://ai/",
                          "https://.vapi.ai.evil.example", "https://example/", "https://no"})
    EXPECT_FALSE(access.allows(url)) << url;
}

TEST(HttpAccess, AnywhereMeansEveryUrlThatIsOne) {
  const std::string wanted[] = {"*"};
  const HttpAccess access(wanted, json::object(), no_secret);
  EXPECT_TRUE(access.allows("https://any.example"));
  EXPECT_FALSE(access.allows("file:///etc/passwd"));
}

}  // namespace
}  // namespace conserje
