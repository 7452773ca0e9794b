// What the Graph API answers. Source: the examples of
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference
#include "payload.hpp"

#include <gtest/gtest.h>

#include "health.hpp"

namespace conserje::whatsapp {
namespace {

TEST(Accepted, HasItsIdAndTheNumberReached) {
  EXPECT_EQ(
      read_accepted(
          {.status = 200,
           .body =
               R"({"messaging_product":"whatsapp","contacts":[{"input":"+34655010203","wa_id":"34655010203",)"
               R"("user_id":"ES.10293847561029384756"}],"messages":[{"id":"wamid.OUT1==",)"
               R"("message_status":"accepted"}]})"},
          1),
      Result(Accepted{.message_id = "wamid.OUT1==", .address = "+34655010203"}));
  EXPECT_EQ(read_accepted({.status = 200, .body = R"({"messages":[{"id":"wamid.OUT1=="}]})"}, 1),
            Result(Accepted{.message_id = "wamid.OUT1=="}));
}

TEST(Accepted, WithoutAnIdMayHaveBeenSent) {
  for (const auto* body : {"", "{}", "<html>", R"({"messages":[]})"})
    EXPECT_EQ(
        read_accepted({.status = 200, .body = body}, 1),
        Result<Accepted>(Error{ErrorClass::deadline, "whatsapp: accepted without a message id"}))
        << body;
}

TEST(Accepted, IsNotWhatCarriesAnError) {
  EXPECT_EQ(
      read_accepted({.status = 200, .body = R"({"error":{"code":131000,"message":"Oh"}})"}, 1),
      Result<Accepted>(Error{ErrorClass::retry, "whatsapp: HTTP 200, Oh", {}, "131000"}));
}

TEST(Health, FollowsWhatMetaSaysOfTheNumber) {
  const std::pair<const char*, channel::ChannelHealth> answers[] = {
      {R"({"quality_rating":"GREEN","health_status":{"can_send_message":"AVAILABLE"}})",
       {.state = "ok"}},
      {R"({"id":"1"})", {.state = "ok"}},
      {R"({"quality_rating":"RED","health_status":{"can_send_message":"AVAILABLE"}})",
       {.state = "degraded", .detail = "the quality of the number is rated RED"}},
      {R"({"health_status":{"can_send_message":"LIMITED","entities":[{"entity_type":"PHONE_NUMBER",)"
       R"("can_send_message":"AVAILABLE"},{"entity_type":"WABA","can_send_message":"LIMITED","errors":[)"
       R"({"error_code":141010,"error_description":"Verify your business."}]}]}})",
       {.state = "degraded", .detail = "WABA: Verify your business."}},
      {R"({"health_status":{"can_send_message":"BLOCKED","entities":[{"entity_type":"BUSINESS",)"
       R"("can_send_message":"BLOCKED","errors":[{"error_description":"No payment."},)"
       R"({"error_description":"Banned."}]}]}})",
       {.state = "down", .detail = "BUSINESS: No payment.; BUSINESS: Banned."}}};
  for (const auto& [body, expected] : answers)
    EXPECT_EQ(read_health({.status = 200, .body = body}), expected) << body;
}

TEST(Health, IsDegradedWhileTheApiIsBusyAndDownWhenItRefuses) {
  EXPECT_EQ(read_health({.status = 503, .body = "<html>"}),
            (channel::ChannelHealth{.state = "degraded", .detail = "whatsapp: HTTP 503"}));
  EXPECT_EQ(read_health({.status = 401, .body = R"({"error":{"code":190,"message":"Expired"}})"}),
            (channel::ChannelHealth{.state = "down", .detail = "whatsapp: HTTP 401, Expired"}));
}

TEST(Accepted, HasNoNumberForAUserId) {
  EXPECT_EQ(
      read_accepted(
          {.status = 200,
           .body =
               R"({"contacts":[{"input":"IT.555","user_id":"IT.555"}],"messages":[{"id":"wamid.1"}]})"},
          1),
      Result(Accepted{.message_id = "wamid.1"}));
}

TEST(Health, IsDownForANumberThatLeftTheCloudApi) {
  EXPECT_EQ(read_health({.status = 200, .body = R"({"platform_type":"NOT_APPLICABLE"})"}),
            (channel::ChannelHealth{.state = "down",
                                    .detail = "the number is not registered on the Cloud API"}));
  EXPECT_EQ(read_health({.status = 200, .body = R"({"platform_type":"CLOUD_API"})"}),
            (channel::ChannelHealth{.state = "ok"}));
}

TEST(Health, IsDegradedWithoutADisplayName) {
  EXPECT_EQ(
      read_health({.status = 200, .body = R"({"name_status":"DECLINED"})"}),
      (channel::ChannelHealth{.state = "degraded", .detail = "Meta declined the display name"}));
}

TEST(Token, EndsWhenItSays) {
  const auto end = [](std::string body, std::int64_t status = 200) {
    return read_token_end({.status = status, .body = std::move(body)});
  };
  EXPECT_EQ(end(R"({"data":{"is_valid":true,"expires_at":1786525200}})"), 1'786'525'200'000);
  EXPECT_EQ(end(R"({"data":{"is_valid":true,"expires_at":0}})"), 0);
  for (const auto* unclear :
       {"", "[]", "{}", R"({"data":{"expires_at":"soon"}})", R"({"data":{"expires_at":-1}})",
        R"({"data":{"expires_at":9223372036854775807}})"})
    EXPECT_EQ(end(unclear), 0) << unclear;
  EXPECT_EQ(end(R"({"data":{"expires_at":1786525200}})", 400), 0);
}

TEST(Subscription, IsMissingWhereNoAppIsNamed) {
  EXPECT_TRUE(is_unsubscribed({.status = 200, .body = R"({"data":[]})"}));
  EXPECT_FALSE(is_unsubscribed(
      {.status = 200,
       .body = R"({"data":[{"whatsapp_business_api_data":{"id":"670843887433847"}}]})"}));
  for (const auto* unclear : {"", "{}", R"({"data":5})", R"({"error":{"code":200}})"})
    EXPECT_FALSE(is_unsubscribed({.status = 200, .body = unclear})) << unclear;
  EXPECT_FALSE(is_unsubscribed({.status = 403, .body = R"({"data":[]})"}));
}

TEST(Upload, HasItsMediaId) {
  EXPECT_EQ(read_uploaded({.status = 200, .body = R"({"id":"772201998877001"})"}, 1),
            Result(std::string("772201998877001")));
  EXPECT_EQ(read_uploaded({.status = 200, .body = R"({"id":772201998877001})"}, 1),
            Result(std::string("772201998877001")));
}

TEST(Upload, WithoutAnIdIsTriedAgain) {
  for (const auto* body : {"", "{}", "<html>"})
    EXPECT_EQ(
        read_uploaded({.status = 200, .body = body}, 1),
        Result<std::string>(Error{ErrorClass::retry, "whatsapp: uploaded without a media id"}))
        << body;
  EXPECT_EQ(
      read_uploaded({.status = 400, .body = R"({"error":{"code":131053,"message":"Oh"}})"}, 1),
      Result<std::string>(Error{ErrorClass::retry, "whatsapp: HTTP 400, Oh", {}, "131053"}));
}

TEST(Media, IsDescribedByItsLink) {
  EXPECT_EQ(
      read_media(
          {.status = 200,
           .body =
               R"({"messaging_product":"whatsapp","id":"772201998877001","url":"https://lookaside.fbsbx.com/)"
               R"(whatsapp_business/attachments/?mid=772201998877001&ext=1785920701&hash=ATs","mime_type":)"
               R"("image/jpeg","sha256":"5f2d","file_size":"183422"})"},
          1),
      Result(MediaFile{.url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
                              "?mid=772201998877001&ext=1785920701&hash=ATs",
                       .mime_type = "image/jpeg",
                       .sha256 = "5f2d",
                       .size = 183'422}));
  EXPECT_EQ(
      read_media({.status = 200,
                  .body = R"({"url":"u","mime_type":"audio/ogg; codecs=opus","file_size":183422})"},
                 1),
      Result(MediaFile{.url = "u", .mime_type = "audio/ogg", .size = 183'422}));
}

TEST(Media, IsGoneOrNotDescribed) {
  EXPECT_EQ(read_media(
                {.status = 400, .body = R"({"error":{"code":100,"message":"No such object"}})"}, 1),
            Result<MediaFile>(
                Error{ErrorClass::permanent, "whatsapp: HTTP 400, No such object", {}, "100"}));
  for (const auto* body : {"", "{}", "[]", R"({"url":7,"file_size":-1})"})
    EXPECT_EQ(read_media({.status = 200, .body = body}, 1),
              Result<MediaFile>(Error{ErrorClass::retry, "whatsapp: the file has no link"}))
        << body;
}

}  // namespace
}  // namespace conserje::whatsapp
