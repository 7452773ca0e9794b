// The texts that are signed. The URLs are those of the official library's own tests.
#include "signature.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conserje::twilio {
namespace {

bool signs(std::string_view url, std::string_view called) {
  const auto urls = signed_urls(url);
  EXPECT_LE(urls.size(), kMaxSignedUrls);
  return std::ranges::find(urls, called) != urls.end();
}

TEST(SignedUrls, AreTheUrlAsItIsFirst) {
  const auto* const url = "https://guest.example.com/hooks/twilio/?b=1&a=%7e";
  EXPECT_EQ(signed_urls(url).front(), url);
  EXPECT_EQ(signed_urls("https://guest.example.com/hooks/twilio"),
            (std::vector<std::string>{"https://guest.example.com/hooks/twilio",
                                      "https://guest.example.com:443/hooks/twilio"}));
}

TEST(SignedUrls, HaveTheirPortAddedOrRemoved) {
  EXPECT_TRUE(signs("https://a.example/h", "https://a.example:443/h"));
  EXPECT_TRUE(signs("https://a.example:443/h", "https://a.example/h"));
  EXPECT_TRUE(signs("http://a.example/h", "http://a.example:80/h"));
  EXPECT_TRUE(signs("https://a.example:8443/h", "https://a.example:8443/h"));
  EXPECT_TRUE(signs("https://a.example:8443/h", "https://a.example/h"));
  EXPECT_FALSE(signs("https://a.example/h", "https://a.example:8443/h"));
  EXPECT_FALSE(signs("https://a.example/h", "https://a.example:80/h"));
  EXPECT_TRUE(signs("https://[::1]:443/h", "https://[::1]/h"));
  EXPECT_TRUE(signs("https://[::1]/h", "https://[::1]:443/h"));
}

TEST(SignedUrls, AreEscapedAsBrowsersDo) {
  EXPECT_TRUE(signs("https://a.example/h?q=it's", "https://a.example/h?q=it%27s"));
  EXPECT_TRUE(signs("https://a.example/h?q=<a>\"", "https://a.example/h?q=%3Ca%3E%22"));
  EXPECT_TRUE(signs("https://a.example/{h}", "https://a.example/%7Bh%7D"));
  EXPECT_TRUE(signs("https://a.example/h?q=ñ", "https://a.example/h?q=%C3%B1"));
  EXPECT_TRUE(signs("HTTPS://A.Example?q=1", "https://a.example/?q=1"));
}

TEST(SignedUrls, HaveTheirQueryWrittenAsOlderLibrariesDo) {
  EXPECT_TRUE(signs("https://a.example/h?q=it%27s", "https://a.example/h?q=it's"));
  EXPECT_TRUE(signs("https://a.example/h?a@b=c:d&e=", "https://a.example/h?a%40b=c%3Ad&e="));
  EXPECT_TRUE(signs("https://a.example/h?a=1&b=2&a=3", "https://a.example/h?a=1&a=3&b=2"));
  EXPECT_TRUE(signs("https://a.example/h?x", "https://a.example:443/h?x="));
  EXPECT_TRUE(signs("https://a.example/h?", "https://a.example/h?"));
}

TEST(SignedUrls, OfWhatIsNoUrlAreItAlone) {
  for (const auto* url : {"", "guest.example.com/hooks", "/hooks"})
    EXPECT_EQ(signed_urls(url), std::vector<std::string>{url});
}

TEST(SignedUrls, HaveTheirUser) {
  EXPECT_EQ(with_user("https://a.example:8443/h?q=1", "bot:s3cret"),
            "https://bot:s3cret@a.example:8443/h?q=1");
  EXPECT_EQ(with_user("nothing", "bot:s3cret"), "nothing");
}

TEST(SignedParameters, AreSortedByNameAndDistinctByValue) {
  EXPECT_EQ(signed_parameters(url::parse_form("MediaUrl=b&MediaUrl=a&MediaUrl=a&Zed=1&abc=2")),
            "MediaUrlaMediaUrlbZed1abc2");
  EXPECT_EQ(signed_parameters(url::parse_form("b=+x+&Empty=&a=%C2%BF")), "Emptya¿b x ");
  EXPECT_EQ(signed_parameters({}), "");
}

TEST(Base64, IsWrittenAndReadStrictly) {
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="),
        std::pair("foo", "Zm9v"), std::pair("foob", "Zm9vYg==")}) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(base64_decoded(text), bytes);
  }
  EXPECT_EQ(base64("\xff\xfe\xfb"), "//77");
  for (const auto* text : {"Zg", "Zg=", "Zh==", "Z===", "Zm9v====", "Zm 9v", "Zm9-", "="})
    EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
}

TEST(Shown, HasNeitherUserNorValues) {
  EXPECT_EQ(shown("https://bot:s3cret@a.example:8443/hooks/twilio?tenant=lobby&key=s3cret&x"),
            "https://a.example:8443/hooks/twilio?tenant=...&key=...&x=...");
  EXPECT_EQ(shown("https://a.example"), "https://a.example");
  EXPECT_EQ(shown("s3cret"), "(not a URL)");
  EXPECT_EQ(shown("https://a.example/" + std::string(1000, 'a')).size(), 300U);
}

}  // namespace
}  // namespace conserje::twilio
