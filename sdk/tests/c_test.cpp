#include "conserje/c.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

cj_str of(std::string_view text) { return {text.data(), text.size()}; }
std::string text_of(cj_str text) { return {text.data == nullptr ? "" : text.data, text.size}; }

TEST(CJson, TakesWholeValuesOfTheKindThatIsAskedFor) {
  EXPECT_TRUE(cj_json_is(of(R"( {"a": [1, -2.5e3, true, null, "x\u00e9\ud83d\ude00"]} )"), '{'));
  EXPECT_TRUE(cj_json_is(of("[]"), '['));
  for (const char* text :
       {"", "{", "{}x", "[]", "{\"a\":01}", "{\"a\":}", "{\"a\" 1}", "{\"a\":\"\xff\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\n\"}", "{,}", "{\"a\":1,}"})
    EXPECT_FALSE(cj_json_is(of(text), '{')) << text;
}

TEST(CJson, GoesNoDeeperThanItsBound) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_FALSE(cj_json_is(of(deep), '['));
}

TEST(CJson, FindsMembersAndItems) {
  const auto object = of(R"({"list": [ {"n":1} , 2,"x" ], "n": 7})");
  EXPECT_EQ(text_of(cj_json_member(object, "n")), "7");
  EXPECT_EQ(cj_json_number(cj_json_member(object, "n"), 0), 7);
  EXPECT_EQ(text_of(cj_json_member(object, "none")), "");
  cj_str rest = cj_json_member(object, "list");
  std::vector<std::string> items;
  for (cj_str item; cj_json_next(&rest, &item);) items.push_back(text_of(item));
  EXPECT_EQ(items, (std::vector<std::string>{R"({"n":1})", "2", "\"x\""}));
}

TEST(CJson, ReadsEscapes) {
  cj_out out{};
  ASSERT_TRUE(cj_json_text(of(R"("a\n\"\u00e9\ud83d\ude00\/")"), &out));
  EXPECT_EQ(std::string(out.data, out.size), "a\n\"\u00e9\U0001F600/");
  cj_out_free(&out);
}

TEST(CJson, QuotesWhatItWrites) {
  cj_out out{};
  cj_put_quoted(&out, of("a\"\\\n\u00e9"));
  EXPECT_EQ(std::string(out.data, out.size), R"("a\"\\\u000aé")");
  cj_out_free(&out);
}

TEST(CHeader, IsNoneWhenItStandsThereTwice) {
  EXPECT_EQ(text_of(cj_header(of("A: 1\r\nX-Sign:  ab \r\n"), "x-sign")), "ab");
  EXPECT_EQ(text_of(cj_header(of("X-Sign: a\r\nx-sign: b\r\n"), "x-sign")), "");
  EXPECT_EQ(text_of(cj_header(of("x-sign"), "x-sign")), "");
}

}  // namespace
