#include "example.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace example {
namespace {

using conserje::testkit::FakeCall;
using conserje::testkit::FakeHost;

std::string intent_of(const std::string& text) {
  FakeHost fake;
  const auto plugin = Example::create(fake.host(), conserje::Json::object());
  return plugin->get()->parse(FakeCall(fake), {.text = text})->intent.name;
}

TEST(Example, KnowsAReservationByItsWord) {
  EXPECT_EQ(intent_of("Quiero RESERVAR una habitaci\u00f3n"), "make_reservation");
}

TEST(Example, SaysSoWhenItDoesNotUnderstand) { EXPECT_EQ(intent_of("hmm"), "fallback"); }

}  // namespace
}  // namespace example
