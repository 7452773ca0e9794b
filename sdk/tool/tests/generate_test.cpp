#include "kit/generate.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "plugin/kinds.hpp"

namespace conserje::kit {
namespace {

/// The names of all methods that the host knows, "sink.deliver".
std::vector<std::string> all_methods() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds())
    for (const KindMethod& method : kind.methods)
      names.push_back(std::string(kind.name) + "." + std::string(method.name));
  return names;
}

TEST(Generator, MakesRequestsThatFitForEveryMethod) {
  for (const auto& name : all_methods()) {
    const auto schema = method_schema(name);
    ASSERT_TRUE(schema) << name;
    Generator generator(7);
    for (int i = 0; i < 50; ++i) {
      const auto request = generator.value(*schema->request, *schema->definitions);
      EXPECT_EQ(misfit(request, *schema->request, *schema->definitions), "") << name;
    }
  }
}

TEST(Generator, MakesTheSameOfTheSameSeed) {
  const auto schema = method_schema("pms.create");
  const auto made = [&](std::uint64_t seed) {
    return Generator(seed).value(*schema->request, *schema->definitions);
  };
  EXPECT_EQ(made(3), made(3));
  EXPECT_NE(made(3), made(4));
}

TEST(Generator, KeepsToTheBoundsOfASchema) {
  const auto schema = Json::parse(
      R"({"type":"object","required":["n","t"],"properties":{
          "n":{"type":"integer","minimum":5,"maximum":7},"t":{"type":"string","maxLength":3}}})");
  Generator generator(1);
  for (int i = 0; i < 50; ++i) {
    const auto value = generator.value(schema, Json::object());
    EXPECT_GE(value["n"], 5);
    EXPECT_LE(value["n"], 7);
    EXPECT_LE(value["t"].get<std::string>().size(), 3U);
  }
}

TEST(Misfit, NamesTheMemberThatDoesNotFit) {
  const auto schema = method_schema("sink.deliver");
  const auto wrong = [&](const char* reply) {
    return misfit(Json::parse(reply), *schema->reply, *schema->definitions);
  };
  EXPECT_EQ(wrong(R"({"results":[{"status":"ok"}],"more":1})"), "");
  EXPECT_EQ(wrong("{}"), "the reply has no results");
  EXPECT_EQ(wrong(R"({"results":[{"status":7}]})"),
            "results[0].status is number, its schema says string");
}

TEST(Words, AreHeldAgainstWhatTheSchemasSayInProse) {
  const auto request = Json::parse(R"({"deliveries":[{},{}]})");
  const auto wrong = [&](const char* reply) {
    return wrong_words("sink.deliver", request, Json::parse(reply));
  };
  EXPECT_EQ(wrong(R"({"results":[{"status":"ok"},{"status":"retry"}]})"), "");
  EXPECT_EQ(wrong(R"({"results":[{"status":"ok"}]})"), "1 results for 2 deliveries");
  EXPECT_EQ(wrong(R"({"results":[{"status":"ok"},{"status":"fine"}]})"),
            "a result's status is \"fine\"");
}

}  // namespace
}  // namespace conserje::kit
