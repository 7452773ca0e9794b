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
/// Of a part that is not the last one.
std::string tail_of_part(int number) {
  return R"(,"biz_opaque_callback_data":"conserje:outbox:88123/part:)" + std::to_string(number) +
         "\"}";
}

SendRequest to_lucia(SendRequest request) {
  request.recipient = "+34655010203";
  request.reference = "conserje:outbox:88123";
  return request;
}

std::string text_body(const std::string& text, const std::string& tail = kTail) {
  return kHead + R"("type":"text","text":{"body":")" + text + R"(","preview_url":false})" + tail;
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
                        paragraph + R"(","preview_url":false})" + tail_of_part(0),
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
                text_body(first, tail_of_part(0)),
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
                        tail_of_part(0),
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

// ---- Templates.

channel::Template reminder() {
  return {.name = "reminder_24h",
          .language = "es",
          .parameters = {"Lucía", "21:30"},
          .button_payloads = {"REMINDER_YES:R-1042"}};
}

TEST(Send, ATemplateWithItsParametersAndPayloads) {
  EXPECT_EQ(
      to_messages(to_lucia({.template_ = reminder()})),
      Result(Bodies{
          kHead +
          R"("type":"template","template":{"name":"reminder_24h","language":{"code":"es"},"components":[)"
          R"({"type":"body","parameters":[{"type":"text","text":"Lucía"},{"type":"text","text":"21:30"}]},)"
          R"({"type":"button","sub_type":"quick_reply","index":"0","parameters":[)"
          R"({"type":"payload","payload":"REMINDER_YES:R-1042"}]}]})" +
          kTail}));
}

TEST(Send, ATemplateAlone) {
  const Bodies bare{
      kHead + R"("type":"template","template":{"name":"hello_world","language":{"code":"en_US"}})" +
      kTail};
  EXPECT_EQ(to_messages(to_lucia({.text = "Not this",
                                  .buttons = choices(2),
                                  .location = channel::Location{},
                                  .template_ = channel::Template{.name = "hello_world"},
                                  .language = "en_US"})),
            Result(bare));
}

TEST(Send, ParametersOfATemplateOnOneLine) {
  auto wanted = reminder();
  wanted.button_payloads.clear();
  wanted.parameters = {" Su reserva:\n\t10  a  12\r\n", std::string(2000, 'a')};
  const auto bodies = to_messages(to_lucia({.template_ = wanted}));
  ASSERT_TRUE(bodies);
  EXPECT_NE(bodies->front().find(R"("text":"Su reserva: 10 a 12"})"), std::string::npos);
  EXPECT_NE(bodies->front().find(R"("text":")" + std::string(1023, 'a') + "…\"}"),
            std::string::npos);
}

const std::string kReminder =
    R"("type":"template","template":{"name":"reminder_24h","language":{"code":"es"},"components":[)";
const std::string kBodyAndButton =
    R"({"type":"body","parameters":[{"type":"text","text":"Lucía"},{"type":"text","text":"21:30"}]},)"
    R"({"type":"button","sub_type":"quick_reply","index":"0","parameters":[)"
    R"({"type":"payload","payload":"REMINDER_YES:R-1042"}]}]})";

TEST(Send, ATemplateUnderTheFileThatIsSetForIt) {
  const TemplateShape shapes[] = {
      {.name = "reminder_24h",
       .header = TemplateHeader{.kind = "image", .link = "https://cdn.example.org/logo.png"}},
      {.name = "reminder_24h",
       .header = TemplateHeader{.kind = "document",
                                .link = "https://cdn.example.org/plano.pdf",
                                .file_name = "Plano.pdf"}}};
  const std::string headers[] = {
      R"({"type":"image","image":{"link":"https://cdn.example.org/logo.png"}})",
      R"({"type":"document","document":{"link":"https://cdn.example.org/plano.pdf","filename":"Plano.pdf"}})"};
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(to_messages(to_lucia({.template_ = reminder()}), nullptr, &shapes[i]),
              Result(Bodies{kHead + kReminder + R"({"type":"header","parameters":[)" + headers[i] +
                            "]}," + kBodyAndButton + kTail}));
}

TEST(Send, ATemplateUnderTheFileThatComesWithIt) {
  auto request = to_lucia({.template_ = reminder()});
  request.media = channel::Media{.kind = "video"};
  const Attachment video{.form = {.type = "video", .mime_type = "video/mp4"}, .id = "7722"};
  const TemplateShape shape{
      .name = "reminder_24h",
      .header = TemplateHeader{.kind = "image", .link = "https://cdn.example.org/logo.png"}};
  EXPECT_EQ(
      to_messages(request, &video, &shape),
      Result(Bodies{kHead + kReminder +
                    R"({"type":"header","parameters":[{"type":"video","video":{"id":"7722"}}]},)" +
                    kBodyAndButton + kTail}));
}

TEST(Send, RefusesAFileThatStandsAtNoTemplatesHead) {
  auto request = to_lucia({.template_ = reminder()});
  request.media = channel::Media{.kind = "voice"};
  const Attachment voice{.form = {.type = "audio", .mime_type = "audio/ogg", .is_voice = true},
                         .id = "7722"};
  EXPECT_EQ(to_messages(request, &voice),
            Result<Bodies>(Error{ErrorClass::permanent,
                                 "whatsapp: at a template's head stands an image, a video or a "
                                 "document"}));
}

TEST(Send, ATemplateWithNamedParameters) {
  const TemplateShape shape{.name = "reminder_24h", .parameter_names = {"guest", "time"}};
  const auto bodies = to_messages(to_lucia({.template_ = reminder()}), nullptr, &shape);
  ASSERT_TRUE(bodies);
  EXPECT_NE(bodies->front().find(R"({"type":"text","parameter_name":"guest","text":"Lucía"},)"
                                 R"({"type":"text","parameter_name":"time","text":"21:30"})"),
            std::string::npos)
      << bodies->front();
}

TEST(Send, RefusesAnotherNumberOfParametersThanNames) {
  const TemplateShape shape{.name = "reminder_24h", .parameter_names = {"guest"}};
  EXPECT_EQ(to_messages(to_lucia({.template_ = reminder()}), nullptr, &shape),
            Result<Bodies>(Error{ErrorClass::config,
                                 "whatsapp: the template reminder_24h has 1 parameter_names, and 2 "
                                 "parameters are given"}));
}

TEST(Send, RefusesATemplateThatMetaWouldRefuse) {
  const auto refusal = [](auto change) {
    auto wanted = reminder();
    change(wanted);
    const auto bodies = to_messages(to_lucia({.template_ = wanted}));
    return bodies ? Error{ErrorClass::bug, bodies->front()} : bodies.error();
  };
  using channel::Template;
  const Error name{ErrorClass::config,
                   "whatsapp: the template's name is not one of Meta's: small letters, digits and "
                   "_"};
  for (const std::string bad : {"", "Reminder", "reminder-24h", "r 1", "é"})
    EXPECT_EQ(refusal([&](Template& t) { t.name = bad; }), name) << bad;
  EXPECT_EQ(refusal([](Template& t) { t.language.clear(); }),
            (Error{ErrorClass::config, "whatsapp: the template reminder_24h needs a language"}));
  EXPECT_EQ(refusal([](Template& t) { t.parameters[0] = " \n"; }),
            (Error{ErrorClass::permanent, "whatsapp: a parameter of the template is empty"}));
  const Error buttons{ErrorClass::permanent, "whatsapp: the template's buttons do not fit"};
  EXPECT_EQ(refusal([](Template& t) { t.button_payloads[0] = ""; }), buttons);
  EXPECT_EQ(refusal([](Template& t) { t.button_payloads[0] = std::string(257, 'p'); }), buttons);
  EXPECT_EQ(refusal([](Template& t) { t.button_payloads.assign(11, "p"); }), buttons);
}

// ---- Files.

SendRequest with_file(channel::Media media, SendRequest request = {}) {
  request.media = std::move(media);
  return to_lucia(std::move(request));
}

const Attachment kPlan{.form = {.type = "image", .mime_type = "image/jpeg"},
                       .link = "https://cdn.example.org/plano.jpg"};
const Attachment kVoice{
    .form = {.type = "audio", .mime_type = "audio/ogg; codecs=opus", .is_voice = true},
    .id = "772201998877003"};
const Attachment kPdf{.form = {.type = "document", .mime_type = "application/pdf"},
                      .id = "772201998877004"};

TEST(Send, AFileByItsLinkWithACaption) {
  EXPECT_EQ(to_messages(with_file({.kind = "image", .caption = "Cómo llegar"}), &kPlan),
            Result(Bodies{kHead +
                          R"("type":"image","image":{"link":"https://cdn.example.org/plano.jpg",)"
                          R"("caption":"Cómo llegar"})" +
                          kTail}));
}

TEST(Send, AFileWithTheTextAsItsCaption) {
  EXPECT_EQ(to_messages(
                with_file({.kind = "document", .file_name = "Factura.pdf"}, {.text = "Su factura"}),
                &kPdf),
            Result(Bodies{
                kHead +
                R"("type":"document","document":{"id":"772201998877004","caption":"Su factura",)"
                R"("filename":"Factura.pdf"})" +
                kTail}));
}

TEST(Send, AVoiceNoteAndBehindItTheText) {
  EXPECT_EQ(
      to_messages(with_file({.kind = "voice"}, {.text = "Lo mismo, escrito"}), &kVoice),
      Result(Bodies{kHead + R"("type":"audio","audio":{"id":"772201998877003","voice":true})" +
                        tail_of_part(0),
                    text_body("Lo mismo, escrito")}));
}

TEST(Send, ATextThatIsNoCaptionBehindItsFile) {
  const std::string plan =
      kHead + R"("type":"image","image":{"link":"https://cdn.example.org/plano.jpg")";
  const std::string longest(1024, 'a');
  EXPECT_EQ(to_messages(with_file({.kind = "image"}, {.text = longest}), &kPlan),
            Result(Bodies{plan + R"(,"caption":")" + longest + "\"}" + kTail}));
  EXPECT_EQ(to_messages(with_file({.kind = "image"}, {.text = longest + "a"}), &kPlan),
            Result(Bodies{plan + "}" + tail_of_part(0), text_body(longest + "a")}));
  EXPECT_EQ(to_messages(with_file({.kind = "image", .caption = "Plano"}, {.text = "Hola"}), &kPlan),
            Result(Bodies{plan + R"(,"caption":"Plano"})" + tail_of_part(0), text_body("Hola")}));
  const auto asked =
      to_messages(with_file({.kind = "image"}, {.text = "¿Sí?", .buttons = choices(2)}), &kPlan);
  ASSERT_TRUE(asked);
  ASSERT_EQ(asked->size(), 2U);
  EXPECT_EQ(asked->front(), plan + "}" + tail_of_part(0));
  EXPECT_NE(asked->back().find(R"("type":"button","body":{"text":"¿Sí?"})"), std::string::npos);
}

// ---- What is no message.

TEST(Send, AReadReceiptWithTypingOrWithout) {
  EXPECT_EQ(to_read_receipt("wamid.T1==", true),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.T1==",)"
            R"("typing_indicator":{"type":"text"}})");
  EXPECT_EQ(to_read_receipt("wamid.T1==", false),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.T1=="})");
}

}  // namespace
}  // namespace conserje::whatsapp
