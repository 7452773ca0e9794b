#include "admin/body.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

std::vector<Fault> faults_of(const char* text) {
  const auto json = Json::parse(text);
  BodyReader body(json);
  body.text("name", 5);
  body.words("scopes", 2);
  body.number("expires_s", 1, 10);
  const auto problem = body.problem();
  return problem ? problem->faults : std::vector<Fault>();
}

std::string pointers_of(const char* text) {
  std::string pointers;
  for (const auto& fault : faults_of(text)) pointers += fault.pointer + " ";
  return pointers;
}

TEST(BodyReader, ReadsWhatIsThere) {
  const auto json = Json::parse(R"({"name": "a b", "scopes": ["x", "y"], "expires_s": 10})");
  BodyReader body(json);
  EXPECT_EQ(body.text("name", 5), "a b");
  EXPECT_EQ(body.words("scopes", 2), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(body.number("expires_s", 1, 10), 10);
  EXPECT_EQ(body.number("limit", 1, 10), std::nullopt);
  EXPECT_EQ(body.problem(), std::nullopt);
}

TEST(BodyReader, TellsAllThatIsWrongAtOnce) {
  EXPECT_EQ(pointers_of(R"({"scopes": [], "expires_s": 11, "a/b": 1})"),
            "/name /scopes /expires_s /a~1b ");
}

TEST(BodyReader, TakesNoTextThatIsEmptyTooLongOrOfSeveralLines) {
  for (const auto* name : {"\"\"", "\"123456\"", "\"a\\nb\"", "\"\\u0000\"", "1", "null"})
    EXPECT_EQ(pointers_of((std::string(R"({"scopes": ["x"], "name": )") + name + "}").c_str()),
              "/name ")
        << name;
}

TEST(BodyReader, TakesNoNumberThatIsNotWholeOrOutOfItsRange) {
  for (const auto* number : {"0", "1.5", "1e1", "18446744073709551615", "\"5\"", "null"})
    EXPECT_EQ(
        pointers_of((std::string(R"({"scopes": ["x"], "name": "a", "expires_s": )") + number + "}")
                        .c_str()),
        "/expires_s ")
        << number;
}

TEST(BodyReader, NeedsAnObject) {
  for (const auto* text : {"[]", "null", "\"a\"", "1"})
    EXPECT_EQ(faults_of(text), (std::vector<Fault>{{"", "an object is needed"}})) << text;
}

}  // namespace
}  // namespace conserje
