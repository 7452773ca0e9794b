// The REST API's documents, and where it is spoken to.
#include <gtest/gtest.h>

#include "media.hpp"
#include "payload.hpp"

namespace conserje::twilio {
namespace {

// The example of https://www.twilio.com/docs/messaging/api/message-resource
constexpr auto* kMessage =
    R"({"sid":"SM0c0c1d1d2e2e3f3f4a4a5b5b6c6c7d7d","account_sid":"AC00112233445566778899aabbccddeeff",)"
    R"("api_version":"2010-04-01","body":"Su mesa está confirmada.",)"
    R"("date_created":"Thu, 06 Aug 2026 09:00:00 +0000","date_sent":null,)"
    R"("date_updated":"Thu, 06 Aug 2026 09:00:00 +0000","direction":"outbound-api","error_code":null,)"
    R"("error_message":null,"from":"whatsapp:+34910552010","to":"whatsapp:+34655010203",)"
    R"("messaging_service_sid":null,"num_media":"0","num_segments":"1","price":null,)"
    R"("price_unit":"USD","status":"queued","uri":"/2010-04-01/Accounts/AC/Messages/SM.json"})";

TEST(Payload, ReadsAMessage) {
  EXPECT_EQ(decode<Message>(kMessage), Result(Message{.sid = "SM0c0c1d1d2e2e3f3f4a4a5b5b6c6c7d7d",
                                                      .direction = "outbound-api",
                                                      .from = "whatsapp:+34910552010",
                                                      .to = "whatsapp:+34655010203",
                                                      .body = "Su mesa está confirmada.",
                                                      .status = "queued",
                                                      .created_ms = 1'786'006'800'000}));
}

TEST(Payload, ReadsNumbersThatAreTextsOrNumbers) {
  EXPECT_EQ(decode<Message>(R"({"error_code":63016,"num_media":2})"),
            Result(Message{.error_code = "63016", .num_media = 2}));
  EXPECT_EQ(decode<Message>(R"({"error_code":"63016","num_media":"2"})"),
            Result(Message{.error_code = "63016", .num_media = 2}));
}

TEST(Payload, ReadsWhatIsOfAnotherTypeAsEmpty) {
  EXPECT_EQ(decode<Message>(
                R"({"sid":null,"body":[1],"status":{},"date_sent":5,"num_media":"x","to":true})"),
            Result(Message{}));
}

TEST(Payload, RefusesWhatIsNoPage) {
  for (const auto* body : {"[]", "{}", R"({"messages":{}})", R"({"messages":[1]})", "<html>"})
    EXPECT_FALSE(decode<MessagePage>(body)) << body;
}

TEST(Payload, ReadsTheTimesOfMails) {
  EXPECT_EQ(parse_rfc2822("Thu, 06 Aug 2026 09:00:00 +0000"), 1'786'006'800'000);
  EXPECT_EQ(parse_rfc2822("Thu, 06 Aug 2026 11:30:01 +0230"), 1'786'006'801'000);
  EXPECT_EQ(parse_rfc2822("Thu, 06 Aug 2026 04:00:00 -0500"), 1'786'006'800'000);
  for (const auto* text : {"", "2026-08-06T09:00:00Z", "Thu, 06 Aug 2026 09:00:00",
                           "Thu, 31 Feb 2026 09:00:00 +0000", "Thu, 06 Abc 2026 09:00:00 +0000",
                           "Thu, -6 Aug 2026 09:00:00 +0000", "Thu, 06 Aug 99999 09:00:00 +0000",
                           "Thu, 06 Aug 2026 x9:00:00 +0000", "Thu, 06 Aug 2026 09:00:00 GMT"})
    EXPECT_EQ(parse_rfc2822(text), 0) << text;
}

// ---- Files.

const Config kConfig = {.account_sid = "AC00112233445566778899aabbccddeeff",
                        .sender = "whatsapp:+34910552010"};
constexpr auto* kOurs =
    "https://api.twilio.com/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages/";

Result<std::string> media_at(std::string url) {
  return media_url({.media = {.kind = "image", .url = std::move(url)}}, kConfig);
}

TEST(MediaUrl, IsTheOneThatCame) {
  EXPECT_EQ(media_at(std::string(kOurs) + "MM1/Media/ME1"),
            Result(std::string(kOurs) + "MM1/Media/ME1"));
}

TEST(MediaUrl, IsAskedOfOurApiWhateverItsRegion) {
  EXPECT_EQ(media_at("https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/"
                     "AC00112233445566778899aabbccddeeff/Messages/MM1/Media/ME1"),
            Result(std::string(kOurs) + "MM1/Media/ME1"));
}

TEST(MediaUrl, IsMadeOfTheIdsWhenNoneCame) {
  EXPECT_EQ(
      media_url({.media = {.kind = "image", .reference = "ME1"}, .message_id = "MM1"}, kConfig),
      Result(std::string(kOurs) + "MM1/Media/ME1"));
}

TEST(MediaUrl, IsNothingButAFileOfOurMessages) {
  for (const std::string url :
       {"https://evil.example/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages/MM1/"
        "Media/ME1",
        "https://api.twilio.com.evil.example/2010-04-01/Accounts/"
        "AC00112233445566778899aabbccddeeff/Messages/MM1/Media/ME1",
        "https://api.twilio.com@evil.example/2010-04-01/Accounts/"
        "AC00112233445566778899aabbccddeeff/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC9/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages/"
        "MM1/Media/../../../x",
        "https://api.twilio.com/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages/"
        "MM1/Media/ME1?x=1",
        "https://api.twilio.com/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Calls/1",
        "/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages/MM1/Media/ME1", "x"}) {
    const auto found = media_at(url);
    ASSERT_FALSE(found) << url;
    EXPECT_EQ(found.error().error_class, ErrorClass::permanent) << url;
  }
  EXPECT_FALSE(
      media_url({.media = {.kind = "image", .reference = "../x"}, .message_id = "MM1"}, kConfig));
  EXPECT_FALSE(media_url({.media = {.kind = "image"}}, kConfig));
}

TEST(Redirected, IsAnAbsoluteUrlWithTls) {
  EXPECT_EQ(redirected("https://mms.twiliocdn.com/a?b=c", kConfig),
            Result<std::string>("https://mms.twiliocdn.com/a?b=c"));
  for (const auto* location : {"", "/a", "http://mms.twiliocdn.com/a", "file:///etc/passwd",
                               "https://", "https://user@mms.twiliocdn.com/a"})
    EXPECT_FALSE(redirected(location, kConfig)) << location;
  auto plain = kConfig;
  plain.api_url = "http://twilio.test";
  EXPECT_TRUE(redirected("http://cdn.test/a", plain));
}

}  // namespace
}  // namespace conserje::twilio
