#include "conserje/json.hpp"

#include <gtest/gtest.h>

#include "conserje/channel_types.hpp"
#include "conserje/sink_types.hpp"

namespace conserje {
namespace {

TEST(JsonWriter, EscapesWhatJsonDemands) {
  std::string out;
  JsonWriter(out).value(std::string_view("a\"b\\c\n\r\t\x01/ñ😀"));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0001/ñ😀\"");
}

TEST(JsonWriter, ReplacesEveryByteThatIsNotUtf8) {
  std::string out;
  JsonWriter(out).value(std::string_view("\xff|\xc3|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80"));
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(out, "\"" + r + "|" + r + "|" + r + r + "|" + r + r + r + "|" + r + r + r + r + "\"");
}

TEST(Json, ReadsWhatItWrote) {
  channel::WebhookEvents events;
  events.messages.push_back(
      {.id = "wamid.1",
       .account = "1055",
       .sender_id = "+34655010203",
       .type = "location",
       .location = channel::Location{.latitude = 40.41678, .longitude = -3.70379, .name = "Sol"},
       .timestamp_ms = 1785920400000,
       .metadata = Json{{"forwarded", true}}});
  events.statuses.push_back({.message_id = "wamid.2", .status = "read", .timestamp_ms = 7});
  const auto read_back = decode<channel::WebhookEvents>(std::string_view(encode(events)));
  ASSERT_TRUE(read_back) << read_back.error().message;
  EXPECT_EQ(*read_back, events);
}

TEST(Json, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(encode(sink::DeliveryResult{.status = "ok"}), R"({"status":"ok"})");
}

TEST(Json, IgnoresPropertiesItDoesNotKnow) {
  const auto result =
      decode<sink::DeliveryResult>(std::string_view(R"({"status":"ok","from_the_future":[1]})"));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, sink::DeliveryResult{.status = "ok"});
}

TEST(Json, NamesTheMissingProperty) {
  const auto result = decode<sink::DeliveryResult>(std::string_view("{}"));
  EXPECT_EQ(result,
            (Result<sink::DeliveryResult>(Error{ErrorClass::permanent, "status: is missing"})));
}

TEST(Json, NamesThePropertyOfTheWrongType) {
  const auto result = decode<sink::DeliveryResult>(std::string_view(R"({"status":3})"));
  EXPECT_EQ(result, (Result<sink::DeliveryResult>(
                        Error{ErrorClass::permanent, "status: a string is needed, found number"})));
}

TEST(Json, RefusesTextThatIsNotJson) {
  const auto result = parse_json("{\"a\":");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::permanent);
}

TEST(Json, SurvivesTenThousandLevels) {
  EXPECT_TRUE(parse_json(std::string(10'000, '[') + std::string(10'000, ']')));
}

}  // namespace
}  // namespace conserje
