// The forms that go to Twilio, and what comes back. Source: the parameters and examples of
// https://www.twilio.com/docs/messaging/api/message-resource and .../docs/content
#include "send.hpp"

#include <gtest/gtest.h>

namespace conserje::twilio {
namespace {

using channel::Choice;
using channel::SendRequest;
using Forms = std::vector<url::Fields>;

constexpr auto* kButtonsContent = "HX00000000000000000000000000000001";
constexpr auto* kListContent = "HX00000000000000000000000000000002";
constexpr auto* kYesNoContent = "HX00000000000000000000000000000003";
constexpr auto* kReminder = "HX00000000000000000000000000000004";

const Config kWhatsApp = {
    .sender = "whatsapp:+34910552010",
    .templates = {{.name = "reminder", .language = "pt", .content_sid = "HX5"},
                  {.name = "reminder", .language = "es", .content_sid = kReminder},
                  {.name = "review", .content_sid = "HX6"}},
    .choices = {{.content_sid = kYesNoContent, .options = 2, .titles = {"Sí", "No"}},
                {.content_sid = kButtonsContent, .options = 2},
                {.content_sid = kListContent, .kind = "list", .options = 2}}};
const Config kSms = {.sender = "+34910552010"};

SendRequest to_lucia(SendRequest request) {
  request.recipient = "+34655010203";
  request.reference = "r_1";
  return request;
}

/// A form of the WhatsApp entry with this content.
url::Fields whatsapp(url::Fields content) {
  url::Fields form = {{"To", "whatsapp:+34655010203"}, {"From", "whatsapp:+34910552010"}};
  form.insert(form.end(), content.begin(), content.end());
  form.emplace_back("ValidityPeriod", "600");
  return form;
}

url::Fields sms(url::Fields content) {
  url::Fields form = {{"To", "+34655010203"}, {"From", "+34910552010"}};
  form.insert(form.end(), content.begin(), content.end());
  form.emplace_back("ValidityPeriod", "600");
  return form;
}

Result<Forms> refused(ErrorClass error_class, std::string text) {
  return Error{error_class, std::move(text)};
}

TEST(Send, Text) {
  EXPECT_EQ(to_forms(to_lucia({.text = "Su mesa está lista."}), kWhatsApp),
            Result(Forms{whatsapp({{"Body", "Su mesa está lista."}})}));
  EXPECT_EQ(to_forms(to_lucia({.text = "Su mesa está lista."}), kSms),
            Result(Forms{sms({{"Body", "Su mesa está lista."}})}));
}

TEST(Send, TextInSeveralParts) {
  const std::string paragraph(1500, 'a');
  EXPECT_EQ(to_forms(to_lucia({.text = paragraph + "\n\n" + paragraph}), kSms),
            Result(Forms{sms({{"Body", paragraph}}), sms({{"Body", paragraph}})}));
}

TEST(Send, TellsTheStatusesOfThePartsFromThatOfTheWhole) {
  auto config = kSms;
  config.webhook_url = "https://bot.example/webhooks/twilio";
  const std::string paragraph(1500, 'a');
  const auto forms =
      to_forms(to_lucia({.text = paragraph + "\n\n" + paragraph + "\n\n" + paragraph}), config);
  ASSERT_TRUE(forms);
  std::vector<std::string> callbacks;
  for (const auto& form : *forms) callbacks.emplace_back(url::value_of(form, "StatusCallback"));
  EXPECT_EQ(callbacks, (std::vector<std::string>{"https://bot.example/webhooks/twilio?ref=r_1.0",
                                                 "https://bot.example/webhooks/twilio?ref=r_1.1",
                                                 "https://bot.example/webhooks/twilio?ref=r_1"}));
}

TEST(Send, AsksForStatusesWithOurReference) {
  auto config = kSms;
  config.webhook_url = "https://bot.example/webhooks/twilio";
  auto request = to_lucia({.text = "Hola"});
  const auto callback = [&] {
    return std::string(url::value_of(to_forms(request, config)->at(0), "StatusCallback"));
  };
  EXPECT_EQ(callback(), "https://bot.example/webhooks/twilio?ref=r_1");
  for (const auto* reference : {"", "a:b", "ñ", "a&b"}) {
    request.reference = reference;
    EXPECT_EQ(callback(), "https://bot.example/webhooks/twilio") << reference;
  }
}

TEST(Send, FromTheNumberThatTheGuestWroteTo) {
  auto request = to_lucia({.text = "Hola"});
  request.account = "+34910552099";
  EXPECT_EQ(to_forms(request, kWhatsApp), Result(Forms{{{"To", "whatsapp:+34655010203"},
                                                        {"From", "whatsapp:+34910552099"},
                                                        {"Body", "Hola"},
                                                        {"ValidityPeriod", "600"}}}));
  for (const auto* account : {"hotel", "whatsapp:+34910552099", "+", "+1\r\n"}) {
    request.account = account;
    EXPECT_EQ(to_forms(request, kSms),
              refused(ErrorClass::config, "twilio: the account is not a number of this channel"));
  }
}

TEST(Send, ThroughAService) {
  auto config = kSms;
  config.messaging_service_sid = "MG1";
  EXPECT_EQ(to_forms(to_lucia({.text = "Hola"}), config),
            Result(Forms{{{"To", "+34655010203"},
                          {"MessagingServiceSid", "MG1"},
                          {"Body", "Hola"},
                          {"ValidityPeriod", "600"}}}));
}

TEST(Send, ToAUserIdThatHidesItsNumber) {
  const SendRequest request{.recipient = "ES.10293847561029384756", .text = "Hola"};
  EXPECT_EQ(url::value_of(to_forms(request, kWhatsApp)->at(0), "To"),
            "whatsapp:ES.10293847561029384756");
  EXPECT_FALSE(to_forms(request, kSms));
}

TEST(Send, ButtonsByTheContentThatHasAPlaceForThem) {
  EXPECT_EQ(to_forms(to_lucia({.text = "¿Qué habitación?",
                               .buttons = {{.id = "room:1", .title = "Doble"},
                                           {.id = "room:2", .title = "Suite con vistas al mar"}}}),
                     kWhatsApp),
            Result(Forms{whatsapp(
                {{"ContentSid", kButtonsContent},
                 {"ContentVariables", R"({"1":"¿Qué habitación?","2":"Doble","3":"room:1",)"
                                      R"("4":"Suite con vistas al…","5":"room:2"})"}})}));
}

TEST(Send, ButtonsWhoseTitlesStandInTheContent) {
  EXPECT_EQ(
      to_forms(
          to_lucia({.text = "¿Confirma?",
                    .buttons = {{.id = "confirm", .title = "Sí"}, {.id = "deny", .title = "No"}}}),
          kWhatsApp),
      Result(Forms{
          whatsapp({{"ContentSid", kYesNoContent},
                    {"ContentVariables", R"({"1":"¿Confirma?","2":"confirm","3":"deny"})"}})}));
}

TEST(Send, AListWithADashWhereThereIsNoDescription) {
  EXPECT_EQ(
      to_forms(to_lucia({.text = "Elija",
                         .buttons = {{.id = "a", .title = "Doble", .description = "95 €"},
                                     {.id = "b", .title = "Suite"}},
                         .list_title = "Ver"}),
               kWhatsApp),
      Result(Forms{whatsapp(
          {{"ContentSid", kListContent},
           {"ContentVariables",
            R"({"1":"Elija","2":"Doble","3":"a","4":"95 €","5":"Suite","6":"b","7":"-"})"}})}));
}

TEST(Send, ChoicesUnderTheEndOfALongText) {
  const std::string first(900, 'a');
  const std::string second(900, 'b');
  const auto forms = to_forms(
      to_lucia({.text = first + "\n\n" + second,
                .buttons = {{.id = "confirm", .title = "Sí"}, {.id = "deny", .title = "No"}}}),
      kWhatsApp);
  EXPECT_EQ(forms,
            Result(Forms{whatsapp({{"Body", first}}),
                         whatsapp({{"ContentSid", kYesNoContent},
                                   {"ContentVariables",
                                    R"({"1":")" + second + R"(","2":"confirm","3":"deny"})"}})}));
}

TEST(Send, ChoicesWithoutAContentAsNumberedLines) {
  const std::vector<Choice> two = {{.id = "confirm", .title = "Sí"}, {.id = "deny", .title = "No"}};
  const std::vector<Choice> three = {
      {.id = "a", .title = "A"}, {.id = "b", .title = "B"}, {.id = "c", .title = "C"}};
  const std::vector<Choice> same = {{.id = "a", .title = "A"}, {.id = "a", .title = "B"}};
  const std::vector<Choice> long_id = {{.id = std::string(201, 'i'), .title = "A"},
                                       {.id = "b", .title = "B"}};
  EXPECT_EQ(to_forms(to_lucia({.text = "¿Confirma?", .buttons = two}), kSms),
            Result(Forms{sms({{"Body", "¿Confirma?\n\n1. Sí\n2. No"}})}));
  for (const auto& choices : {three, same, long_id}) {
    const auto forms = to_forms(to_lucia({.text = "¿Cuál?", .buttons = choices}), kWhatsApp);
    EXPECT_TRUE(url::value_of(forms->at(0), "Body").starts_with("¿Cuál?\n\n1. "));
  }
}

TEST(Send, ATemplateByItsNameAndLanguage) {
  EXPECT_EQ(
      to_forms(
          to_lucia({.text = "is not sent",
                    .template_ = channel::Template{.name = "reminder",
                                                   .language = "es",
                                                   .parameters = {"Lucía\nPérez", " 21:30 ", ""},
                                                   .button_payloads = {"confirm:R-1"}}}),
          kWhatsApp),
      Result(Forms{whatsapp({{"ContentSid", kReminder},
                             {"ContentVariables",
                              R"({"1":"Lucía Pérez","2":"21:30","3":"-","4":"confirm:R-1"})"}})}));
}

TEST(Send, ATemplateOfAnyLanguageOrByItsSid) {
  const auto sid = [](channel::Template wanted) {
    return std::string(url::value_of(
        to_forms(to_lucia({.template_ = std::move(wanted)}), kWhatsApp)->at(0), "ContentSid"));
  };
  EXPECT_EQ(sid({.name = "review", .language = "en"}), "HX6");
  EXPECT_EQ(sid({.name = "reminder"}), "HX5");
  EXPECT_EQ(sid({.name = kReminder, .language = "es"}), kReminder);
}

TEST(Send, NoTemplateThatIsNotConfigured) {
  EXPECT_EQ(
      to_forms(to_lucia({.template_ = channel::Template{.name = "reminder", .language = "en"}}),
               kWhatsApp),
      refused(ErrorClass::config,
              "twilio: no template \"reminder\" in language \"en\"; add it under templates with "
              "its content_sid"));
}

TEST(Send, ALocationAheadOfItsText) {
  const channel::Location place{.latitude = 40.41678,
                                .longitude = -3.70379,
                                .name = "Hotel Sol",
                                .address = "Puerta del Sol 1"};
  EXPECT_EQ(to_forms(to_lucia({.text = "Aquí estamos.", .location = place}), kWhatsApp),
            Result(Forms{whatsapp({{"Body", "Hotel Sol"},
                                   {"PersistentAction", "geo:40.41678,-3.70379|Hotel Sol"}}),
                         whatsapp({{"Body", "Aquí estamos."}})}));
  EXPECT_EQ(to_forms(to_lucia({.location = place}), kSms),
            Result(Forms{sms({{"Body",
                               "Hotel Sol\nPuerta del Sol 1\n"
                               "https://maps.google.com/?q=40.41678,-3.70379"}})}));
  EXPECT_EQ(to_forms(to_lucia({.location = channel::Location{.latitude = 40, .longitude = -3.5}}),
                     kWhatsApp),
            Result(Forms{whatsapp({{"Body", "40,-3.5"}, {"PersistentAction", "geo:40,-3.5"}})}));
}

TEST(Send, AFileWithItsCaption) {
  const channel::Media plan{.kind = "image", .url = "https://cdn.example.org/plano.jpg"};
  EXPECT_EQ(to_forms(to_lucia({.text = "Cómo llegar", .media = plan}), kWhatsApp),
            Result(Forms{whatsapp(
                {{"MediaUrl", "https://cdn.example.org/plano.jpg"}, {"Body", "Cómo llegar"}})}));
  EXPECT_EQ(to_forms(to_lucia({.text = "Cómo llegar", .media = plan}), kSms),
            Result(Forms{sms({{"Body", "Cómo llegar\nhttps://cdn.example.org/plano.jpg"}})}));
}

TEST(Send, AFileThatCarriesNoTextAheadOfIt) {
  const channel::Media voice{.kind = "voice", .url = "https://cdn.example.org/a.ogg"};
  EXPECT_EQ(to_forms(to_lucia({.text = "Hola", .media = voice}), kWhatsApp),
            Result(Forms{whatsapp({{"MediaUrl", "https://cdn.example.org/a.ogg"}}),
                         whatsapp({{"Body", "Hola"}})}));
}

TEST(Send, NoFileWithoutAUrl) {
  EXPECT_EQ(to_forms(to_lucia({.media = channel::Media{.kind = "image"}}), kWhatsApp),
            refused(ErrorClass::permanent,
                    "twilio: Twilio fetches the files that it sends; this one has no URL"));
}

TEST(Send, RefusesWhatIsNoAddress) {
  for (const auto* recipient : {"", "+", "12345", "MYBANK", "34655010203", "+34 655", "+0123456789",
                                "whatsapp:+34655010203", "messenger:123"})
    EXPECT_EQ(to_forms({.recipient = recipient, .text = "Hola"}, kSms),
              refused(ErrorClass::permanent,
                      "twilio: the recipient is no address of this channel that can be answered"))
        << recipient;
}

TEST(Send, RefusesNothingAndABook) {
  EXPECT_EQ(to_forms(to_lucia({.text = " \n"}), kSms),
            refused(ErrorClass::permanent, "twilio: there is nothing to send"));
  EXPECT_TRUE(to_forms(to_lucia({.text = std::string(10 * 1600, 'a')}), kSms));
  EXPECT_EQ(to_forms(to_lucia({.text = std::string(10 * 1600 + 1, 'a')}), kSms),
            refused(ErrorClass::permanent, "twilio: the text takes more than 10 messages"));
}

TEST(Accepted, HasItsId) {
  EXPECT_EQ(read_accepted({.status = 201, .body = R"({"sid":"SM1","error_code":null})"}, {}),
            Result<std::string>("SM1"));
}

TEST(Accepted, WithoutAnIdMayHaveBeenSent) {
  for (const auto* body : {"", "{}", "<html>", "[]", R"({"sid":7.5})"})
    EXPECT_EQ(
        read_accepted({.status = 201, .body = body}, {}),
        Result<std::string>(Error{ErrorClass::deadline, "twilio: accepted without a message id"}))
        << body;
}

TEST(Accepted, IsNotWhatHasFailedAlready) {
  EXPECT_EQ(read_accepted({.status = 201, .body = R"({"sid":"SM1","error_code":21610})"}, {}),
            Result<std::string>(
                Error{ErrorClass::permanent, "twilio: failed, the guest said STOP", {}, "21610"}));
}

// ---- What became of a message whose answer was lost.

Message sent(std::string body, std::int64_t created_ms, std::string status = "delivered") {
  return {.sid = "SM1",
          .direction = "outbound-api",
          .to = "whatsapp:+34655010203",
          .body = std::move(body),
          .status = std::move(status),
          .created_ms = created_ms,
          .sent_ms = created_ms};
}

channel::DeliveryStatusReply asked(const std::string& text, std::vector<Message> listed) {
  return find_sent(
      {.reference = "r_1", .recipient = "+34655010203", .text = text, .since_ms = 10'500}, listed);
}

TEST(FindSent, FindsTheMessageByItsTextAndTime) {
  const auto found = asked("Hola", {sent("Adiós", 12'000), sent("Hola", 10'000)});
  EXPECT_EQ(found, (channel::DeliveryStatusReply{
                       .found = true,
                       .status = channel::DeliveryStatus{.message_id = "SM1",
                                                         .status = "delivered",
                                                         .recipient_id = "+34655010203",
                                                         .reference = "r_1",
                                                         .timestamp_ms = 10'000}}));
  EXPECT_TRUE(asked("Elija:", {sent("Elija:\n\n1. Doble\n2. Suite", 11'000)}).found);
  EXPECT_TRUE(asked(" Hola\n", {sent("Hola", 11'000)}).found);
}

TEST(FindSent, FindsWhatIsStillQueued) {
  EXPECT_EQ(asked("Hola", {sent("Hola", 11'000, "queued")}),
            channel::DeliveryStatusReply{.found = true});
}

TEST(FindSent, FindsNeitherOlderOnesNorOthersNorTheGuests) {
  auto inbound = sent("Hola", 11'000);
  inbound.direction = "inbound";
  EXPECT_EQ(asked("Hola", {sent("Hola", 9'000), sent("Hola, Ana", 11'000), inbound}),
            channel::DeliveryStatusReply{});
  EXPECT_EQ(asked("Hola", {}), channel::DeliveryStatusReply{});
}

TEST(FindSent, NeedsEachPartOfALongText) {
  const std::string first(1500, 'a');
  const std::string second(1500, 'b');
  EXPECT_FALSE(asked(first + "\n\n" + second, {sent(first, 11'000)}).found);
  EXPECT_TRUE(asked(first + "\n\n" + second, {sent(second, 11'000), sent(first, 11'000)}).found);
}

TEST(FindSent, TakesNoMessageForTwoParts) {
  const std::string part(1500, 'a');
  EXPECT_FALSE(asked(part + "\n\n" + part, {sent(part, 11'000)}).found);
  EXPECT_TRUE(asked(part + "\n\n" + part, {sent(part, 12'000), sent(part, 11'000)}).found);
}

TEST(FindSent, TakesAnyMessageForOneWithoutText) {
  EXPECT_TRUE(asked("", {sent("Recordatorio: mañana a las 21:30", 11'000)}).found);
  EXPECT_FALSE(asked("", {sent("Recordatorio", 9'000)}).found);
}

// ---- Health.

channel::ChannelHealth health(const HttpResponse& account, const HttpResponse& senders) {
  return read_health(account, &senders, kWhatsApp);
}

TEST(Health, FollowsTheAccount) {
  const auto of = [](std::int64_t status, const char* body) {
    return read_health({.status = status, .body = body}, nullptr, kSms);
  };
  EXPECT_EQ(of(200, R"({"status":"active"})"), channel::ChannelHealth{.state = "ok"});
  EXPECT_EQ(
      of(200, R"({"status":"suspended"})"),
      (channel::ChannelHealth{.state = "down", .detail = "twilio: the account is suspended"}));
  EXPECT_EQ(of(401, R"({"code":20003})"),
            (channel::ChannelHealth{
                .state = "down", .detail = "twilio: HTTP 401, the credentials are not accepted"}));
  EXPECT_EQ(of(503, "<html>"),
            (channel::ChannelHealth{.state = "degraded", .detail = "twilio: HTTP 503"}));
}

TEST(Health, FollowsTheWhatsAppSender) {
  const HttpResponse active{.status = 200, .body = R"({"status":"active"})"};
  const auto of = [&](std::int64_t status, std::string body) {
    return health(active, {.status = status, .body = std::move(body)});
  };
  const auto sender = [](const std::string& status) {
    return R"({"senders":[{"sender_id":"whatsapp:+1"},{"sender_id":"whatsapp:+34910552010","status":")" +
           status + R"("}]})";
  };
  EXPECT_EQ(of(200, sender("ONLINE")), channel::ChannelHealth{.state = "ok"});
  EXPECT_EQ(of(200, sender("OFFLINE")),
            (channel::ChannelHealth{.state = "down",
                                    .detail = "twilio: the WhatsApp sender is OFFLINE"}));
  EXPECT_EQ(of(200, R"({"senders":[]})"),
            (channel::ChannelHealth{.state = "degraded",
                                    .detail = "twilio: the WhatsApp sender is not in the list"}));
  EXPECT_EQ(of(403, "{}"),
            (channel::ChannelHealth{
                .state = "degraded",
                .detail = "twilio: how the WhatsApp sender is cannot be read, HTTP 403"}));
}

}  // namespace
}  // namespace conserje::twilio
