#include "payload.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace conserje::rasa {
namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(CONSERJE_PLUGIN_FOLDER) + "/tests/fixtures/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

TEST(ReadParse, TakesWhatRasaUnderstoodOnce) {
  EXPECT_EQ(
      read_parse(fixture("parse.json")),
      Result<Parse>({.ranking = {{"make_reservation", 0.93},
                                 {"check_availability", 0.04},
                                 {"greeting", 0.02}},
                     .entities = {{.name = "party_size", .start = 10, .end = 11, .value = "4"},
                                  {.name = "time", .start = 12, .end = 18}}}));
}

TEST(ReadParse, TakesTheRealIntentBehindTheFallback) {
  EXPECT_EQ(read_parse(R"({"intent":{"name":"nlu_fallback","confidence":1.0},"intent_ranking":[)"
                       R"({"name":"nlu_fallback","confidence":1.0},)"
                       R"({"name":"greeting","confidence":0.28}]})"),
            Result<Parse>({.ranking = {{"greeting", 0.28}}, .is_fallback = true}));
}

TEST(ReadParse, TakesTheTopicOfARetrievalIntent) {
  EXPECT_EQ(read_parse(R"({"intent":{"name":"faq","confidence":0.9},"response_selector":)"
                       R"({"faq":{"response":{"intent_response_key":"faq/wifi"}}}})"),
            Result<Parse>({.ranking = {{"faq", 0.9}}, .topic = "wifi"}));
  EXPECT_EQ(read_parse(R"({"intent":{"name":"faq/pool","confidence":0.9}})"),
            Result<Parse>({.ranking = {{"faq", 0.9}}, .topic = "pool"}));
}

TEST(ReadParse, IsUnavailableWithoutAModel) {
  for (const auto* intent : {"{}", "null", R"({"name":null,"confidence":0.0})", R"({"name":""})"})
    EXPECT_EQ(read_parse(R"({"text":"hola","intent":)" + std::string(intent) + "}"),
              Result<Parse>(Error{ErrorClass::retry, "rasa: no model is loaded"}))
        << intent;
}

TEST(ReadParse, RefusesWhatIsNotRasas) {
  for (const auto* body :
       {"", "<html>", "[]", "{}", "7", R"({"version":"3.1","status":"failure"})"})
    EXPECT_EQ(read_parse(body), Result<Parse>(Error{ErrorClass::config,
                                                    "rasa: what answers at url is no Rasa server"}))
        << body;
}

}  // namespace
}  // namespace conserje::rasa
