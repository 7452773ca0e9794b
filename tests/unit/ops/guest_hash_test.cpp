#include "ops/guest_hash.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

// RFC 4231, test case 2: 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843.
TEST(GuestHash, IsTheBeginningOfTheHmacSha256) {
  EXPECT_EQ(hash_guest("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e");
}

TEST(GuestHash, DependsOnTheKey) {
  EXPECT_NE(hash_guest("one hotel", "+5491155550000"), hash_guest("another", "+5491155550000"));
}

TEST(GuestHash, TakesAnEmptyKeyAndAnEmptyId) {
  EXPECT_EQ(hash_guest("", ""), "b613679a0814d9ec");  // HMAC-SHA256 of nothing under no key.
}

}  // namespace
}  // namespace conserje
