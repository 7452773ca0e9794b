#include "../common/document.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace conserje::document {
namespace {

/// One value of each shape.
class Documents : public testing::Test {
 protected:
  Documents() {
    const auto root = document_.parse(
        R"({"text":"héllo","digits":"415882930112233","decimal":"-3.5","infinite":"inf","number":7,)"
        R"("negative":-7,"huge":18446744073709551615,"fraction":2.5,"yes":true,"none":null,)"
        R"("list":[1,"two",null],"empty":[],"object":{"inner":{"key":"value"}}})");
    EXPECT_TRUE(root) << root.error().message;
    root_ = *root;
  }

  Document document_{};
  Value root_{};
};

TEST_F(Documents, ReadsWhatIsAbsentAsEmpty) {
  for (const Value value :
       {root_["nothing"], root_["none"], root_["object"]["no"]["such"], Value()}) {
    EXPECT_FALSE(value);
    EXPECT_EQ(value.view(), "");
    EXPECT_EQ(value.text(), "");
    EXPECT_EQ(value.integer(), std::nullopt);
    EXPECT_EQ(value.number(), std::nullopt);
    EXPECT_FALSE(value.flag());
    EXPECT_EQ(value.size(), 0U);
    EXPECT_FALSE(value.first());
    EXPECT_EQ(value.tree(), Json());
  }
}

TEST_F(Documents, TakesAnAbsentTextForTheEmptyKey) {
  Document other;
  const auto object = other.parse(R"({"": 7})");
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ((*object)[root_["nothing"].view()].text(), "7");
}

TEST_F(Documents, ReadsWhatIsOfAnotherTypeAsEmpty) {
  EXPECT_EQ(root_["number"].view(), "");
  EXPECT_EQ(root_["object"].text(), "");
  EXPECT_EQ(root_["list"].integer(), std::nullopt);
  EXPECT_EQ(root_["text"].number(), std::nullopt);
  EXPECT_FALSE(root_["text"].flag());
  EXPECT_EQ(root_["object"].size(), 0U);
  EXPECT_FALSE(root_["text"]["key"]);
}

TEST_F(Documents, ReadsIdsThatAreTextsOrNumbers) {
  EXPECT_EQ(root_["digits"].text(), "415882930112233");
  EXPECT_EQ(root_["number"].text(), "7");
  EXPECT_EQ(root_["negative"].text(), "-7");
  EXPECT_EQ(root_["huge"].text(), "18446744073709551615");
}

TEST_F(Documents, ReadsNumbersThatAreTextsOrNumbers) {
  EXPECT_EQ(root_["digits"].integer(), 415'882'930'112'233);
  EXPECT_EQ(root_["negative"].integer(), -7);
  EXPECT_EQ(root_["huge"].integer(), std::nullopt);
  EXPECT_EQ(root_["fraction"].integer(), std::nullopt);
  EXPECT_EQ(root_["decimal"].number(), -3.5);
  EXPECT_EQ(root_["fraction"].number(), 2.5);
  EXPECT_EQ(root_["number"].number(), 7);
  EXPECT_EQ(root_["infinite"].number(), std::nullopt);
}

TEST_F(Documents, GoesThroughAnArray) {
  std::vector<std::string> texts;
  for (const Value item : root_["list"]) texts.push_back(item.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"1", "two", ""}));
  EXPECT_EQ(root_["list"].size(), 3U);
  EXPECT_EQ(root_["list"].first().integer(), 1);
  EXPECT_FALSE(root_["empty"].first());
}

TEST_F(Documents, CopiesATree) {
  EXPECT_EQ(
      root_.tree(),
      Json::parse(
          R"({"text":"héllo","digits":"415882930112233","decimal":"-3.5","infinite":"inf",)"
          R"("number":7,"negative":-7,"huge":18446744073709551615,"fraction":2.5,"yes":true,)"
          R"("none":null,"list":[1,"two",null],"empty":[],"object":{"inner":{"key":"value"}}})"));
}

TEST(Document, RefusesAnAbsentText) {
  Document document;
  EXPECT_EQ(document.parse({}).error(),
            (Error{ErrorClass::permanent, "not JSON: Empty: no JSON found"}));
}

}  // namespace
}  // namespace conserje::document
