#include "guard/network.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

bool contains(std::string_view network, std::string_view address) {
  return parse_network(network).value().contains(parse_address(address).value());
}

TEST(Address, IsReadInBothFamiliesAndWrittenShort) {
  EXPECT_EQ(to_string(parse_address("10.0.0.1").value()), "10.0.0.1");
  EXPECT_EQ(to_string(parse_address("FD00:0::1").value()), "fd00::1");
  EXPECT_EQ(to_string(parse_address("::1").value()), "::1");
}

TEST(Address, OfIpv4IsTheSameWhenItIsMapped) {
  EXPECT_EQ(parse_address("::ffff:10.0.0.1"), parse_address("10.0.0.1"));
  EXPECT_TRUE(parse_address("::ffff:10.0.0.1")->is_v4());
}

TEST(Address, IsNothingElse) {
  for (const std::string_view text :
       {"", "localhost", "10.0.0", "10.0.0.256", "[::1]", "::1%eth0", "10.0.0.1:80", "0x7f.1"})
    EXPECT_EQ(parse_address(text), std::nullopt) << text;
  EXPECT_EQ(parse_address(std::string_view("10.0.0.1\0", 9)), std::nullopt);
}

TEST(Network, ContainsTheAddressesWithItsPrefix) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(contains("fd00::/8", "fdff::1"));
  EXPECT_FALSE(contains("fd00::/8", "fe00::1"));
}

TEST(Network, OfIpv4HoldsNoIpv6) {
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("::/0", "203.0.113.9"));
}

TEST(Network, OfOneAddressHoldsThatAlone) {
  EXPECT_TRUE(contains("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(contains("10.0.0.1", "10.0.0.2"));
  EXPECT_EQ(parse_network("10.0.0.1"), parse_network("10.0.0.1/32"));
}

TEST(Network, IsNothingElse) {
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "fd00::/129",
                                      "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.1/8", "any/0"})
    EXPECT_EQ(parse_network(text), std::nullopt) << text;
}

}  // namespace
}  // namespace conserje
