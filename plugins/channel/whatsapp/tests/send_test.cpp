// The bodies that go to Meta, and what comes back. Source: the examples of
// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
#include "send.hpp"

#include <gtest/gtest.h>

namespace conserje::whatsapp {
namespace {

using channel::Choice;
using channel::SendRequest;
using Bodies = std::vector<std::string>;

const std::string kHead =
    R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)";
const std::string kTail = R"(,"biz_opaque_callback_data":"conserje:outbox:88123"})";

SendRequest to_lucia(SendRequest request) {
  request.recipient = "+34655010203";
  request.reference = "conserje:outbox:88123";
  return request;
}

std::string text_body(const std::string& text) {
  return kHead + R"("type":"text","text":{"body":")" + text + R"(","preview_url":false})" + kTail;
}

std::vector<Choice> choices(int count) {
  std::vector<Choice> out;
  for (int i = 1; i <= count; ++i)
    out.push_back({.id = "room:" + std::to_string(i), .title = "Room " + std::to_string(i)});
  return out;
}

TEST(Send, Text) {
  EXPECT_EQ(to_messages(to_lucia({.text = "Su mesa está \"lista\"."})),
            Result(Bodies{text_body(R"(Su mesa está \"lista\".)")}));
}

TEST(Send, TextInSeveralPartsOfWhichTheFirstIsTheAnswer) {
  const std::string paragraph(3000, 'a');
  EXPECT_EQ(
      to_messages(to_lucia({.text = paragraph + "\n\n" + paragraph, .reply_to = "wamid.T1=="})),
      Result(Bodies{kHead +
                        R"("context":{"message_id":"wamid.T1=="},"type":"text","text":{"body":")" +
                        paragraph + R"(","preview_url":false})" + kTail,
                    text_body(paragraph)}));
}

TEST(Send, ToAUserIdThatHidesItsNumber) {
  EXPECT_EQ(to_messages({.recipient = "IT.55501112223334445556", .text = "Buonasera"}),
            Result(Bodies{R"({"messaging_product":"whatsapp","recipient_type":"individual",)"
                          R"("recipient":"IT.55501112223334445556","type":"text",)"
                          R"("text":{"body":"Buonasera","preview_url":false}})"}));
}

TEST(Send, ReplyButtons) {
  EXPECT_EQ(
      to_messages(
          to_lucia({.text = "¿Confirma su mesa?",
                    .buttons = {{.id = "confirm:R-1042", .title = "Confirmar"},
                                {.id = "cancel:R-1042", .title = "Cancelar la reserva ya"}}})),
      Result(Bodies{
          kHead +
          R"("type":"interactive","interactive":{"type":"button","body":{"text":"¿Confirma su mesa?"},)"
          R"("action":{"buttons":[{"type":"reply","reply":{"id":"confirm:R-1042","title":"Confirmar"}},)"
          R"({"type":"reply","reply":{"id":"cancel:R-1042","title":"Cancelar la reserva…"}}]}})" +
          kTail}));
}

TEST(Send, ButtonsUnderTheEndOfALongText) {
  const std::string first(900, 'a');
  const std::string second(900, 'b');
  const auto bodies =
      to_messages(to_lucia({.text = first + "\n\n" + second, .buttons = choices(1)}));
  EXPECT_EQ(bodies,
            Result(Bodies{
                text_body(first),
                kHead + R"("type":"interactive","interactive":{"type":"button","body":{"text":")" +
                    second +
                    R"("},"action":{"buttons":[{"type":"reply","reply":)"
                    R"({"id":"room:1","title":"Room 1"}}]}})" +
                    kTail}));
}

TEST(Send, AList) {
  EXPECT_EQ(
      to_messages(to_lucia(
          {.text = "Elija habitación",
           .buttons = {{.id = "room:double", .title = "Doble", .description = "95 € / noche"},
                       {.id = "room:suite", .title = "Suite con vistas al mar y terraza"}},
           .list_title = "Ver todas las opciones"})),
      Result(Bodies{
          kHead +
          R"("type":"interactive","interactive":{"type":"list","body":{"text":"Elija habitación"},)"
          R"("action":{"button":"Ver todas las opcio…","sections":[{"rows":[)"
          R"({"id":"room:double","title":"Doble","description":"95 € / noche"},)"
          R"({"id":"room:suite","title":"Suite con vistas al mar…"}]}]}})" +
          kTail}));
}

TEST(Send, ChoicesThatDoNotFitAsNumberedLines) {
  EXPECT_EQ(
      to_messages(to_lucia({.text = "Elija:",
                            .buttons = {{.id = "a", .title = "Doble", .description = "95 €"},
                                        {.id = "b", .title = "Suite"},
                                        {.id = "c", .title = "Triple"},
                                        {.id = "d", .title = "Ático"}}})),
      Result(Bodies{text_body(R"(Elija:\n\n1. Doble - 95 €\n2. Suite\n3. Triple\n4. Ático)")}));
}

TEST(Send, KnowsWhatDoesNotFit) {
  const auto long_id = std::string(257, 'i');
  const SendRequest too_much[] = {
      {.text = "Elija:", .buttons = choices(4)},
      {.text = "Elija:", .buttons = choices(11), .list_title = "Ver"},
      {.text = " ", .buttons = choices(1)},
      {.text = "Elija:", .buttons = {{.id = long_id, .title = "A"}}},
      {.text = "Elija:",
       .buttons = {{.id = std::string(201, 'i'), .title = "A"}},
       .list_title = "Ver"},
      {.text = "Elija:", .buttons = {{.id = "", .title = "A"}}},
      {.text = "Elija:", .buttons = {{.id = "a", .title = ""}}},
      {.text = "Elija:", .buttons = {{.id = "a", .title = "A"}, {.id = "a", .title = "B"}}},
      {.text = "Elija:",  // The same once they are cut.
       .buttons = {{.id = "a", .title = "Habitación doble con balcón"},
                   {.id = "b", .title = "Habitación doble con bañera"}}}};
  for (const auto& request : too_much) {
    const auto bodies = to_messages(to_lucia(request));
    ASSERT_TRUE(bodies);
    ASSERT_EQ(bodies->size(), 1U);
    EXPECT_NE(bodies->front().find(R"("type":"text")"), std::string::npos) << bodies->front();
    EXPECT_NE(bodies->front().find("1."), std::string::npos) << bodies->front();
  }
}

TEST(Send, AsManyAsFit) {
  for (const auto& [request, type] :
       {std::pair(SendRequest{.text = "Elija:", .buttons = choices(3)}, R"("type":"button")"),
        std::pair(SendRequest{.text = "Elija:", .buttons = choices(10), .list_title = "Ver"},
                  R"("type":"list")")}) {
    const auto bodies = to_messages(to_lucia(request));
    ASSERT_TRUE(bodies);
    EXPECT_NE(bodies->front().find(type), std::string::npos) << bodies->front();
  }
}

TEST(Send, ALocationAheadOfItsText) {
  EXPECT_EQ(
      to_messages(to_lucia({.text = "Aquí estamos.",
                            .location = channel::Location{.latitude = 40.41678,
                                                          .longitude = -3.70379,
                                                          .name = "Hotel Sol",
                                                          .address = "Puerta del Sol 1"}})),
      Result(Bodies{kHead +
                        R"("type":"location","location":{"latitude":40.41678,"longitude":-3.70379,)"
                        R"("name":"Hotel Sol","address":"Puerta del Sol 1"})" +
                        kTail,
                    text_body("Aquí estamos.")}));
}

TEST(Send, RefusesWhatIsNoAddress) {
  for (const auto* recipient :
       {"", "+", "ana@example.org", "+34 655", "es.123", "ES.", "ES.1\"2", "Y2Fw"}) {
    const auto bodies = to_messages({.recipient = recipient, .text = "Hola"});
    ASSERT_FALSE(bodies) << recipient;
    EXPECT_EQ(bodies.error(), (Error{ErrorClass::permanent,
                                     "whatsapp: the recipient is neither a number nor a user id"}));
  }
}

TEST(Send, RefusesNothing) {
  for (const auto* text : {"", " \n"})
    EXPECT_EQ(to_messages(to_lucia({.text = text})),
              Result<Bodies>(Error{ErrorClass::permanent, "whatsapp: there is nothing to send"}));
}

TEST(Send, RefusesABook) {
  EXPECT_TRUE(to_messages(to_lucia({.text = std::string(10 * 4096, 'a')})));
  EXPECT_EQ(to_messages(to_lucia({.text = std::string(10 * 4096 + 1, 'a')})),
            Result<Bodies>(
                Error{ErrorClass::permanent, "whatsapp: the text takes more than 10 messages"}));
}

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

}  // namespace
}  // namespace conserje::whatsapp
