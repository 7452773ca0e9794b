#include "pipeline/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using Kind = YamlValue::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

struct Parsed {
  std::optional<YamlValue> value;
  std::vector<std::string> findings;
};

Parsed parse(std::string_view text) {
  std::vector<Finding> findings;
  Parsed parsed{parse_yaml(text, "f", findings), {}};
  for (const auto& finding : findings) parsed.findings.push_back(to_string(finding));
  return parsed;
}

/// A value in one line: {key: [text, "quoted", ~]}.
std::string flow(const YamlValue& value) {
  std::string text;
  switch (value.kind) {
    case Kind::null: return "~";
    case Kind::scalar: return value.quoted ? in_quotes(value.text) : value.text;
    case Kind::list:
      for (const auto& item : value.items) text += (text.empty() ? "" : ", ") + flow(item);
      return "[" + text + "]";
    case Kind::map:
      for (const auto& entry : value.entries)
        text += (text.empty() ? "" : ", ") + entry.key + ": " + flow(entry.value);
      return "{" + text + "}";
  }
  return text;
}

std::string flow_of(std::string_view text) {
  const auto parsed = parse(text);
  EXPECT_THAT(parsed.findings, ElementsAre());
  return parsed.value ? flow(*parsed.value) : "";
}

TEST(Yaml, ReadsTheThreeShapesInBothStyles) {
  EXPECT_EQ(flow_of("a: 1\nb:\n  - x\n  - 'y'\nc: {d: [null, \"\"]}\n"),
            "{a: 1, b: [x, \"y\"], c: {d: [~, \"\"]}}");
}

TEST(Yaml, AnEmptyFileIsNothing) {
  for (const auto* text : {"", "# only a comment\n", "---\n"}) EXPECT_EQ(flow_of(text), "~");
}

TEST(Yaml, BlocksAndTaggedScalarsAreQuotedText) {
  EXPECT_EQ(flow_of("a: |\n  1\nb: !!str 2\nc: 3\n"), "{a: \"1\n\", b: \"2\", c: 3}");
}

TEST(Yaml, KnowsThePlaceOfKeysAndValues) {
  const auto parsed = parse("a: 1\n\u00f1:   \n  - x\n  -   y\n");
  const auto& entry = parsed.value->entries.at(1);
  EXPECT_EQ(entry.at, (Position{"f", 2, 1}));
  EXPECT_EQ(entry.value.items.at(1).at, (Position{"f", 4, 7}));
}

TEST(Yaml, PutsAliasesInPlace) {
  EXPECT_EQ(flow_of("a: &x {k: v}\nb: *x\nc: [*x]\n"), "{a: {k: v}, b: {k: v}, c: [{k: v}]}");
}

TEST(Yaml, MergesMappingsWithoutReplacingWhatStandsThere) {
  EXPECT_EQ(flow_of("d: &d {x: 1, y: 2}\ne: &e {y: 3, z: 4}\n"
                    "m: {<<: *d, y: 9}\nn: {<<: [*e, *d], w: 0}\n"),
            "{d: {x: 1, y: 2}, e: {y: 3, z: 4}, m: {y: 9, x: 1}, n: {w: 0, y: 3, z: 4, x: 1}}");
}

TEST(Yaml, OnlyMappingsCanBeMerged) {
  EXPECT_THAT(parse("a: {<<: [1]}\n").findings,
              ElementsAre("f:1:5: error: \"<<\" takes a mapping, or a list of them; such as <<: "
                          "*defaults"));
}

TEST(Yaml, TellsAKeyThatStandsTwice) {
  EXPECT_THAT(parse("a: 1\nb: {c: 1,\n  c: 2}\na: 3\n").findings,
              ElementsAre("f:3:3: error: key \"c\" stands here twice; the first is at line 2; keep "
                          "one of them",
                          "f:4:1: error: key \"a\" stands here twice; the first is at line 1; keep "
                          "one of them"));
}

TEST(Yaml, TellsKeysThatAreNotText) {
  EXPECT_THAT(parse("? [a]\n: 1\n~: 2\n").findings,
              ElementsAre("f:1:3: error: a key must be text; put it in quotes",
                          "f:3:1: error: a key must be text; put it in quotes"));
}

TEST(Yaml, TellsTagsThatMeanNothing) {
  EXPECT_THAT(parse("a: !secret x\nb: !!int 5\n").findings,
              ElementsAre("f:1:4: error: the tag \"!secret\" means nothing here; leave it out"));
}

TEST(Yaml, TellsWhereItCannotBeRead) {
  const auto parsed = parse("a: 1\nb: [1, 2\nc: 3\n");
  EXPECT_FALSE(parsed.value);
  EXPECT_THAT(parsed.findings, ElementsAre(HasSubstr("f:3:2: error: not readable as YAML")));
}

TEST(Yaml, TellsAnUnknownAlias) {
  EXPECT_THAT(parse("a: *x\n").findings, ElementsAre(HasSubstr("f:1:4: error: not readable")));
}

TEST(Yaml, AnAliasInItsOwnAnchorIsRefused) {
  EXPECT_THAT(parse("a: &x [1, *x]\n").findings, ElementsAre(HasSubstr("its own anchor")));
}

TEST(Yaml, TellsASecondDocument) {
  EXPECT_THAT(parse("a: 1\n---\nb: 2\n").findings,
              ElementsAre("f:3:1: error: a second document begins here; put it into a file of its "
                          "own and use include"));
}

TEST(Yaml, TellsTheFirstByteThatIsNotText) {
  EXPECT_THAT(parse("a: 1\n\u00f1: \xff\n").findings,
              ElementsAre("f:2:4: error: a byte that is not text; save the file as UTF-8 without "
                          "control characters"));
  // yaml-cpp would take 0x04 for the end of the file and drop the rest.
  EXPECT_THAT(parse("a: 1\n\x04\nb: 2\n").findings, ElementsAre(HasSubstr("f:2:1: error: a byte")));
  EXPECT_THAT(parse(std::string_view("\xff\xfe\x61\x00", 4)).findings,
              ElementsAre(HasSubstr("f:1:1: error: a byte")));
}

TEST(Yaml, AByteOrderMarkIsNoTrouble) {
  EXPECT_EQ(flow_of("\xef\xbb\xbf"
                    "a: 1\n"),
            "{a: 1}");
}

TEST(Yaml, DeepNestingIsRefusedWhereItGetsTooDeep) {
  for (const std::string step : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += step;
    const auto parsed = parse(text);
    EXPECT_FALSE(parsed.value) << step;
    EXPECT_THAT(parsed.findings, ElementsAre(HasSubstr("nested deeper than 64 levels"))) << step;
  }
}

TEST(Yaml, AliasesCannotMakeASmallFileLarge) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) text += ", " + before;
    text += "]\n";
  }
  EXPECT_THAT(parse(text).findings,
              ElementsAre("f: error: not readable as YAML: more than 50000 values"));
}

TEST(Yaml, AFileOfTooManyValuesIsRefused) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "- \n";
  EXPECT_THAT(parse(text).findings,
              ElementsAre("f: error: not readable as YAML: more than 50000 values"));
}

}  // namespace
}  // namespace conserje
