#include "http/source.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace conserje {
namespace {

/// The source of a request that came through 10.0.0.1, when 10.0.0.0/8 and ::1 are proxies of ours.
std::string source_behind_proxies(std::string_view headers, std::string_view peer = "10.0.0.1") {
  const std::vector<Network> trusted{parse_network("10.0.0.0/8").value(),
                                     parse_network("::1").value()};
  return source_of(peer, headers, trusted);
}

TEST(Source, IsThePeerWhereNoProxyIsTrusted) {
  EXPECT_EQ(source_of("203.0.113.9", "X-Forwarded-For: 198.51.100.1\r\n", {}), "203.0.113.9");
}

TEST(Source, IsThePeerWhenThatIsNoTrustedProxy) {
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: 198.51.100.1\r\n", "203.0.113.9"),
            "203.0.113.9");
}

TEST(Source, IsWhatTheProxyWrote) {
  EXPECT_EQ(source_behind_proxies("Host: a\r\nx-forwarded-for: 198.51.100.1 \r\nA: b\r\n"),
            "198.51.100.1");
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: 2001:db8::7\r\n", "::1"), "2001:db8::7");
}

TEST(Source, IsTheLastEntryThatIsNoProxyOfOurs) {
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: 1.2.3.4, 198.51.100.1,10.2.3.4\r\n"),
            "198.51.100.1");
}

TEST(Source, IsNotWhatAClientWroteInALineBeforeTheProxys) {
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 198.51.100.1\r\n"),
            "198.51.100.1");
}

TEST(Source, IsReadWithAPortAndInBrackets) {
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: 198.51.100.1:4711\r\n"), "198.51.100.1");
  EXPECT_EQ(source_behind_proxies("X-Forwarded-For: [2001:db8::7]:4711\r\n"), "2001:db8::7");
}

TEST(Source, IsTheProxyThatSaysNothingUseful) {
  for (const auto* headers : {"", "Host: a\r\n", "X-Forwarded-For: \r\n",
                              "X-Forwarded-For: unknown\r\n", "X-Forwarded-For: 1.2.3.4, _a\r\n"})
    EXPECT_EQ(source_behind_proxies(headers), "10.0.0.1") << headers;
}

TEST(Source, IsCountedByItsNetworkInIpv6) {
  EXPECT_EQ(counted_as("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(counted_as("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
  EXPECT_EQ(counted_as("2001:db8:1:2:5::6"), counted_as("2001:db8:1:2:3::4"));
}

}  // namespace
}  // namespace conserje
