#include "pipeline/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One plugin "wa" with its config; the config's keys stand on line 5.
class CheckConfig : public testing::Test {
 protected:
  std::vector<std::string> check(const std::string& schema, const std::string& config,
                                 Mode mode = Mode::development) {
    plugin.config = json::parse(config);
    std::vector<Finding> findings;
    check_config(json::parse(schema), mode, plugin, secrets, findings);
    std::vector<std::string> lines;
    for (const auto& finding : findings) lines.push_back(to_string(finding));
    return lines;
  }
  /// The findings about a single property `x`, without their beginning.
  std::vector<std::string> check_x(const std::string& schema, const std::string& value) {
    auto lines = check(R"({"properties": {"x": )" + schema + "}}", R"({"x": )" + value + "}");
    for (auto& line : lines) {
      const std::string start = "f:5:1: error: \"plugins.wa.config.x\": ";
      EXPECT_TRUE(line.starts_with(start)) << line;
      line = line.substr(std::min(start.size(), line.size()));
    }
    return lines;
  }

  PluginUse plugin{.name = "wa",
                   .kind = "channel",
                   .use = "channel/wa",
                   .positions = {{"", {"f", 4, 1}}, {"/x", {"f", 5, 1}}, {"/token", {"f", 6, 1}}}};
  SecretStore secrets;
};

TEST_F(CheckConfig, AValueThatFitsIsLeftAsItIs) {
  EXPECT_THAT(
      check(R"({"type": "object", "properties": {"x": {"type": "integer"}}})", R"({"x": 5})"),
      IsEmpty());
  EXPECT_EQ(plugin.config, json::parse(R"({"x": 5})"));
}

TEST_F(CheckConfig, FillsInDefaultsAlsoInside) {
  EXPECT_THAT(check(R"({"properties": {
                       "url": {"type": "string", "default": "https://x"},
                       "retry": {"type": "object", "default": {},
                                 "properties": {"times": {"type": "integer", "default": 3}}}}})",
                    "{}"),
              IsEmpty());
  EXPECT_EQ(plugin.config, json::parse(R"({"url": "https://x", "retry": {"times": 3}})"));
}

TEST_F(CheckConfig, TellsAMissingKeyWithItsShape) {
  EXPECT_THAT(
      check(R"({"required": ["token"], "properties": {"token":
               {"type": "string", "secret": true, "description": "The app's access token"}}})",
            "{}"),
      ElementsAre("f:4:1: error: \"plugins.wa.config\": \"token\" is missing\n    needed: token: "
                  "text: The app's access token; by a reference such as ${env:NAME}"));
}

TEST_F(CheckConfig, TellsAnUnknownKeyWithTheNearest) {
  EXPECT_THAT(check(R"({"properties": {"token": {"type": "string"}}})", R"({"tokn": "a", "x": 1})"),
              ElementsAre("f:4:1: error: \"plugins.wa.config.tokn\": unknown key \"tokn\"; did you "
                          "mean \"token\"?\n    needed: token: text",
                          "f:5:1: error: \"plugins.wa.config.x\": unknown key \"x\"\n"
                          "    needed: one of token"));
}

TEST_F(CheckConfig, OtherKeysAreTakenWhereTheSchemaSaysSo) {
  EXPECT_THAT(check(R"({"additionalProperties": true})", R"({"a": 1})"), IsEmpty());
  EXPECT_THAT(check(R"({"additionalProperties": {"type": "string"}})", R"({"x": 1})"),
              ElementsAre(HasSubstr("1 is not text; write it in quotes")));
}

TEST_F(CheckConfig, ChecksTypes) {
  EXPECT_THAT(check_x(R"({"type": "string"})", "5"),
              ElementsAre("5 is not text; write it in quotes\n    needed: text"));
  EXPECT_THAT(check_x(R"({"type": "integer"})", "1.5"),
              ElementsAre("1.5 is not a whole number\n    needed: a whole number"));
  EXPECT_THAT(check_x(R"({"type": ["boolean", "null"]})", "[]"),
              ElementsAre("a list is not true or false\n    needed: true or false or null"));
  EXPECT_THAT(check_x(R"({"type": "object"})", "\"a\""),
              ElementsAre("\"a\" is not a mapping\n    needed: a mapping"));
  EXPECT_THAT(check_x(R"({"type": ["boolean", "null"]})", "null"), IsEmpty());
  EXPECT_THAT(check_x(R"({"type": "number"})", "1"), IsEmpty());
}

TEST_F(CheckConfig, AWholeNumberWrittenAsARealOneIsMadeWhole) {
  EXPECT_THAT(check_x(R"({"type": "integer"})", "5.0"), IsEmpty());
  EXPECT_EQ(plugin.config.dump(), R"({"x":5})");
}

TEST_F(CheckConfig, ChecksNumbers) {
  EXPECT_THAT(check_x(R"({"type": "integer", "minimum": 1, "maximum": 5})", "6"),
              ElementsAre("6 is more than 5\n    needed: a whole number from 1 to 5"));
  EXPECT_THAT(check_x(R"({"minimum": 1})", "0.5"), ElementsAre(HasSubstr("0.5 is less than 1")));
  EXPECT_THAT(check_x(R"({"exclusiveMinimum": 0})", "0"), ElementsAre(HasSubstr("0 is not more")));
  EXPECT_THAT(check_x(R"({"exclusiveMaximum": 0})", "0"), ElementsAre(HasSubstr("0 is not less")));
  EXPECT_THAT(check_x(R"({"minimum": 1, "maximum": 1})", "1"), IsEmpty());
}

TEST_F(CheckConfig, ChecksTextsByCharacters) {
  EXPECT_THAT(check_x(R"({"minLength": 3})", "\"ñé\""),
              ElementsAre(HasSubstr("is shorter than 3")));
  EXPECT_THAT(check_x(R"({"maxLength": 2})", "\"abc\""),
              ElementsAre(HasSubstr("is longer than 2")));
  EXPECT_THAT(check_x(R"({"minLength": 2, "maxLength": 2})", "\"ñé\""), IsEmpty());
  EXPECT_THAT(check_x(R"({"pattern": "^[0-9]+$"})", "\"12a\""),
              ElementsAre(HasSubstr(
                  "\"12a\" does not fit the pattern\n    needed: a value like ^[0-9]+$")));
  EXPECT_THAT(check_x(R"({"pattern": "^[0-9]+$"})", "\"12\""), IsEmpty());
}

TEST_F(CheckConfig, ChecksFormats) {
  const std::pair<std::string, std::vector<std::string>> kGood[] = {
      {"uri", {"https://x/y", "mailto:a@b"}},
      {"email", {"a@b"}},
      {"date", {"2026-01-31"}},
      {"time", {"15:00", "15:00:30Z"}},
      {"hostname", {"graph.example.com"}}};
  const std::pair<std::string, std::vector<std::string>> kBad[] = {{"uri", {"x/y", "https://a b"}},
                                                                   {"email", {"a", "a@b@c"}},
                                                                   {"date", {"31.1.2026"}},
                                                                   {"time", {"3pm"}},
                                                                   {"hostname", {"-a", "a/b", ""}}};
  for (const auto& [format, texts] : kGood)
    for (const auto& text : texts)
      EXPECT_THAT(check_x(R"({"format": ")" + format + "\"}", json(text).dump()), IsEmpty())
          << text;
  for (const auto& [format, texts] : kBad)
    for (const auto& text : texts)
      EXPECT_THAT(check_x(R"({"format": ")" + format + "\"}", json(text).dump()),
                  ElementsAre(HasSubstr("is not written as a " + format)))
          << text;
}

TEST_F(CheckConfig, ChecksChoices) {
  EXPECT_THAT(check_x(R"({"enum": ["starttls", "implicit", 1]})", "\"startls\""),
              ElementsAre("\"startls\" is none of the choices; did you mean \"starttls\"?\n"
                          "    needed: one of \"starttls\", \"implicit\", 1"));
  EXPECT_THAT(check_x(R"({"enum": ["a", 1]})", "1"), IsEmpty());
  EXPECT_THAT(check_x(R"({"const": 2})", "1"), ElementsAre(HasSubstr("needed: 2")));
}

TEST_F(CheckConfig, ChecksLists) {
  EXPECT_THAT(check_x(R"({"minItems": 1})", "[]"),
              ElementsAre(HasSubstr("has fewer than 1 items")));
  EXPECT_THAT(check_x(R"({"maxItems": 1})", "[1, 2]"),
              ElementsAre(HasSubstr("has more than 1 items")));
  EXPECT_THAT(check_x(R"({"uniqueItems": true})", "[1, 2, 1]"),
              ElementsAre(HasSubstr("an item twice")));
  EXPECT_THAT(
      check(R"({"properties": {"x": {"items": {"properties": {"a": {"type": "string"}}}}}})",
            R"({"x": [{"a": "b"}, {"a": 1}, {"b": 2}]})"),
      ElementsAre(HasSubstr("\"plugins.wa.config.x[1].a\": 1 is not text"),
                  HasSubstr("\"plugins.wa.config.x[2].b\": unknown key \"b\"")));
}

TEST_F(CheckConfig, AnyOfTakesTheBranchThatFitsWithItsDefaults) {
  const std::string schema = R"({"properties": {"x": {"anyOf": [
      {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"default": 2}}},
      {"type": "object", "required": ["c"], "properties": {"c": {"type": "string"}}}]}}})";
  EXPECT_THAT(check(schema, R"({"x": {"a": 1}})"), IsEmpty());
  EXPECT_EQ(plugin.config, json::parse(R"({"x": {"a": 1, "b": 2}})"));
  EXPECT_THAT(check(schema, R"({"x": {"a": "one"}})"),
              ElementsAre(HasSubstr("\"one\" is not a whole number")));
}

TEST_F(CheckConfig, OneOfRefusesWhatFitsTwo) {
  const std::string schema = R"({"oneOf": [{"required": ["token"]}, {"required": ["x"]}],
                                 "properties": {"token": {}, "x": {}}})";
  EXPECT_THAT(check(schema, R"({"x": 1})"), IsEmpty());
  EXPECT_THAT(check(schema, R"({"x": 1, "token": 2})"),
              ElementsAre(HasSubstr("fits 2 of the shapes instead of one")));
  EXPECT_THAT(check(schema, "{}"), ElementsAre(HasSubstr("\"token\" is missing")));
}

TEST_F(CheckConfig, AllOfChecksEveryPart) {
  EXPECT_THAT(check_x(R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", "0"),
              ElementsAre(HasSubstr("0 is less than 1")));
}

constexpr auto kTokenSchema =
    R"({"properties": {"token": {"type": "string", "secret": true, "minLength": 4},
                                               "id": {"type": "string"}}})";

TEST_F(CheckConfig, SecretsBecomeHandles) {
  plugin.referenced = {"/token", "/id"};
  EXPECT_THAT(check(kTokenSchema, R"({"token": "t0k3n", "id": "105"})"), IsEmpty());
  EXPECT_EQ(plugin.config, json::parse(R"({"token": "secret:wa/token", "id": "105"})"));
  EXPECT_EQ(secrets.reveal("wa", "secret:wa/token"), "t0k3n");
}

TEST_F(CheckConfig, ASecretInAListOrABranchBecomesAHandle) {
  plugin.referenced = {"/keys/0", "/auth/password"};
  EXPECT_THAT(check(R"({"properties": {
                       "keys": {"items": {"type": "string", "secret": true}},
                       "auth": {"anyOf": [{"required": ["password"], "properties":
                                {"password": {"type": "string", "secret": true}}}]}}})",
                    R"({"keys": ["k3y-1"], "auth": {"password": "p4ss"}})"),
              IsEmpty());
  EXPECT_EQ(
      plugin.config,
      json::parse(
          R"({"keys": ["secret:wa/keys/0"], "auth": {"password": "secret:wa/auth/password"}})"));
}

TEST_F(CheckConfig, ASecretInTheFileIsAWarningAndInProductionAnError) {
  const std::string rest =
      ": \"plugins.wa.config.token\" is a secret that stands in the file; keep "
      "secrets out of files that are copied and shown\n    needed: a reference: "
      "${env:NAME}, ${file:PATH} or ${credential:NAME}";
  EXPECT_THAT(check(kTokenSchema, R"({"token": "t0k3n"})"), ElementsAre("f:6:1: warning" + rest));
  EXPECT_THAT(check(kTokenSchema, R"({"token": "t0k3n"})", Mode::production),
              ElementsAre("f:6:1: error" + rest));
}

TEST_F(CheckConfig, APlaceholderIsRefusedInProductionEvenByReference) {
  plugin.referenced = {"/token"};
  EXPECT_THAT(
      check(kTokenSchema, R"({"token": "changeme"})", Mode::production),
      ElementsAre(HasSubstr("f:6:1: error: \"plugins.wa.config.token\" holds a placeholder")));
}

TEST_F(CheckConfig, NoFindingShowsASecretOrWhatAReferenceBrought) {
  plugin.referenced = {"/id"};
  const auto lines =
      check(R"({"properties": {"token": {"type": "string", "secret": true, "pattern": "^A"},
                                             "id": {"type": "string", "maxLength": 2}}})",
            R"({"token": "t0k3n", "id": "s3cr3t"})");
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines, testing::Not(testing::Contains(HasSubstr("t0k3n"))));
  EXPECT_THAT(lines, testing::Not(testing::Contains(HasSubstr("s3cr3t"))));
}

TEST_F(CheckConfig, KeysWithSlashesKeepTheirPlace) {
  plugin.positions["/a~1b"] = {"f", 9, 9};
  EXPECT_THAT(check(R"({"properties": {"a/b": {"type": "string"}}})", R"({"a/b": 1})"),
              ElementsAre(HasSubstr("f:9:9: error: \"plugins.wa.config.a/b\": 1 is not text")));
}

TEST_F(CheckConfig, ASchemaThatTheHostCannotCheckRefusesThePlugin) {
  EXPECT_THAT(check(R"({"properties": {"x": {"$ref": "#/x"}}})", R"({"x": 1})"),
              ElementsAre("f:4:1: error: the config schema of channel/wa: /properties/x/$ref is a "
                          "keyword that this host does not check; its vendor must mend it"));
}

TEST(CheckSchema, TakesWhatItKnows) {
  EXPECT_THAT(check_schema(json::parse(R"({
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t", "type": "object",
      "additionalProperties": false, "required": ["a"],
      "properties": {"a": {"type": ["string", "null"], "pattern": "^a", "examples": [1]}},
      "allOf": [{"minProperties": 1}]})")),
              ElementsAre("/allOf/0/minProperties is a keyword that this host does not check"));
}

TEST(CheckSchema, TellsKeywordsOfTheWrongShape) {
  EXPECT_THAT(
      check_schema(json::parse(R"({"type": "text", "required": "a", "enum": [], "minimum": "1",
          "maxLength": -1, "pattern": "(", "format": "phone", "uniqueItems": 1, "properties": [],
          "items": true, "anyOf": [], "description": 5})")),
      testing::UnorderedElementsAre(
          "/type is not a type, or a list of types", "/required is not a list of names",
          "/enum is not a list of values", "/minimum is not a number",
          "/maxLength is not a whole number from 0",
          "/pattern is not a regular expression that RE2 reads",
          "/format is not a format known here", "/uniqueItems is not true or false",
          "/properties is not an object", "/items is not an object",
          "/anyOf is not a list of schemas", "/description is not text"));
}

TEST(CheckSchema, ASecretIsText) {
  EXPECT_THAT(
      check_schema(json::parse(R"({"properties": {"pin": {"type": "integer", "secret": true}}})")),
      ElementsAre("/properties/pin is secret and therefore must have \"type\": \"string\""));
}

TEST(CheckSchema, ADeepSchemaIsRefused) {
  json schema = json::object();
  for (int i = 0; i < 100; ++i) schema = {{"items", schema}};
  EXPECT_THAT(check_schema(schema), ElementsAre(HasSubstr("is nested too deeply")));
}

}  // namespace
}  // namespace conserje
