#include "plugin/http/address_guard.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace conserje {
namespace {

bool is_public_text(const char* text) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text, bytes.data()) == 1) return is_public(std::span(bytes).first(4));
  EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
  return is_public(bytes);
}

TEST(AddressGuard, KnowsThePublicInternet) {
  for (const auto* text :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "172.15.255.255",  "172.32.0.0",      "192.0.1.0",       "192.167.255.255",
        "198.17.255.255",  "198.20.0.0",      "223.255.255.255", "2001:200::1",
        "2606:4700::1111", "3ffe:ffff::1",    "2003::1",         "2a00::1"})
    EXPECT_TRUE(is_public_text(text)) << text;
}

TEST(AddressGuard, KnowsWhatIsNotPublic) {
  for (const auto* text : {"0.0.0.0",
                           "0.255.255.255",
                           "10.0.0.0",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.0",
                           "192.168.255.255",
                           "198.18.0.0",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "64:ff9b::808:808",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:0:4136:e378::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:808:808::1",
                           "3fff::1",
                           "3fff:fff::1",
                           "4000::1",
                           "fc00::1",
                           "fd00::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(AddressGuard, HoldsNothingElseForAnAddress) {
  EXPECT_FALSE(is_public({}));
  EXPECT_FALSE(is_public(std::array<std::uint8_t, 5>{1, 1, 1, 1, 1}));
}

constexpr std::uint16_t kPorts[] = {443};

TEST(AddressGuard, LetsPublicUrlsPass) {
  for (const auto* url : {"https://example.com", "https://example.com:443/hook?a=1&b=%20",
                          "HTTPS://Example.COM/", "https://1.1.1.1/", "https://[2606:4700::1111]/x",
                          "https://mylocal.example/", "https://example.com./"})
    EXPECT_TRUE(check_public_url(url, kPorts)) << url;
}

TEST(AddressGuard, RefusesUrlsThatCouldReachTheInside) {
  for (const auto* url : {"http://127.0.0.1",
                          "https://127.1",
                          "https://2130706433",
                          "https://0x7f000001",
                          "https://0x7f.1",
                          "https://0177.0.0.1",
                          "https://0",
                          "https://[::1]",
                          "https://[::ffff:127.0.0.1]",
                          "https://[::ffff:a9fe:a9fe]",
                          "https://[::127.0.0.1]",
                          "https://[64:ff9b::a9fe:a9fe]",
                          "https://[2002:7f00:1::]",
                          "https://[2001:0:4136:e378::1]",
                          "https://[fe80::1%25eth0]",
                          "https://[2606:4700::1111%25eth0]",
                          "https://[fd00::1]",
                          "https://169.254.169.254/latest/meta-data/",
                          "https://%31%32%37.0.0.1",
                          "https://metadata.google.internal",
                          "https://localhost.",
                          "https://LOCALHOST",
                          "https://db.localhost",
                          "https://printer.local",
                          "https://10.0.0.1:8443",
                          "https://100.64.0.1",
                          "https://198.18.0.1",
                          "https://user:pw@example.com",
                          "https://user@example.com",
                          "https://example.com@127.0.0.1",
                          "https://example.com:22",
                          "https://example.com:8443",
                          "https://example.com/#fragment",
                          "http://example.com",
                          "ftp://example.com",
                          "file:///etc/passwd",
                          "https://example.com\\@127.0.0.1",
                          "https://example.com/a b",
                          "https://example.com/a\r\nHost: b",
                          "https://ex\xC3\xA1mple.com",
                          "https://",
                          "example.com",
                          "//example.com",
                          ""}) {
    const auto status = check_public_url(url, kPorts);
    ASSERT_FALSE(status) << url;
    EXPECT_EQ(status.error().error_class, ErrorClass::config) << url;
  }
}

TEST(AddressGuard, OpensFurtherPortsOnRequest) {
  constexpr std::uint16_t kMore[] = {443, 8443};
  EXPECT_TRUE(check_public_url("https://example.com:8443/", kMore));
}

TEST(AddressGuard, LetsAnOperatorsUrlNameAnyHostByHttp) {
  EXPECT_TRUE(check_url("http://127.0.0.1:8080/x"));
  EXPECT_TRUE(check_url("https://pms.local"));
  for (const auto* url : {"ftp://example.com", "file:///etc/passwd", "http://u:p@pms.local",
                          "http://a b", "pms.local:80", ""})
    EXPECT_FALSE(check_url(url)) << url;
}

}  // namespace
}  // namespace conserje
