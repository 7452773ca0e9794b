// The bodies that go to WAHA, and what comes back: the examples of its documentation.
#include "send.hpp"

#include <gtest/gtest.h>

#include "media.hpp"
#include "session.hpp"

namespace conserje::waha {
namespace {

using channel::ChannelHealth;
using channel::Choice;
using channel::SendRequest;
using Posts = Result<std::vector<Post>>;

const std::string kHead = R"({"session":"default","chatId":"34655010203@c.us",)";

Target lucia() { return {.session = "default", .chat = "34655010203@c.us"}; }
Target in_polls() {
  Target target = lucia();
  target.with_polls = true;
  return target;
}
Post text_post(const std::string& text, const std::string& more = "") {
  return {.path = "/api/sendText",
          .body = kHead + R"("text":")" + text + R"(","linkPreview":false)" + more + "}"};
}
std::vector<Choice> yes_no() { return {{.id = "yes", .title = "Sí"}, {.id = "no", .title = "No"}}; }

TEST(Send, Text) {
  EXPECT_EQ(to_posts({.text = "Su mesa está \"lista\"."}, lucia()),
            Posts({text_post(R"(Su mesa está \"lista\".)")}));
}

TEST(Send, TextAsTheDocumentsShowIt) {
  Target target = lucia();
  target.quoted = "false_34655010203@c.us_3EB0C431C26A1916E07E";
  target.ids = {"3EB0A1B2C3D4E5F60718"};
  EXPECT_EQ(to_posts({.text = "Su mesa está confirmada."}, target),
            Posts({{.path = "/api/sendText",
                    .body = kHead + R"("text":"Su mesa está confirmada.","linkPreview":false,)"
                                    R"("id":"3EB0A1B2C3D4E5F60718",)"
                                    R"("reply_to":"false_34655010203@c.us_3EB0C431C26A1916E07E"})",
                    .id = "3EB0A1B2C3D4E5F60718"}}));
}

TEST(Send, TextInSeveralPartsEachWithItsId) {
  Target target = lucia();
  target.ids = {"3EB0AA", "3EB0BB"};
  const std::string paragraph(3000, 'a');
  const auto posts = to_posts({.text = paragraph + "\n\n" + paragraph}, target);
  ASSERT_TRUE(posts);
  ASSERT_EQ(posts->size(), 2U);
  EXPECT_EQ((*posts)[0].body, text_post(paragraph, R"(,"id":"3EB0AA")").body);
  EXPECT_EQ((*posts)[1].id, "3EB0BB");
}

TEST(Send, ChoicesAsNumberedLines) {
  EXPECT_EQ(to_posts({.text = "¿Confirma?", .buttons = yes_no()}, lucia()),
            Posts({text_post(R"(¿Confirma?\n\n1. Sí\n2. No)")}));
}

TEST(Send, ChoicesAsAPollWhereTheyFit) {
  EXPECT_EQ(to_posts({.text = "¿Confirma?", .buttons = yes_no()}, in_polls()),
            Posts({{.path = "/api/sendPoll",
                    .body = kHead + R"("poll":{"name":"¿Confirma?","options":["Sí","No"],)"
                                    R"("multipleAnswers":false}})",
                    .options = {{"Sí", {.id = "yes", .title = "Sí"}},
                                {"No", {.id = "no", .title = "No"}}}}}));
  std::vector<Choice> many;
  for (int i = 0; i < 13; ++i) many.push_back({.id = "c", .title = std::to_string(i)});
  for (const SendRequest& unfit :
       {SendRequest{.text = "¿Cuál?", .buttons = many},
        SendRequest{.text = "¿Cuál?", .buttons = {{.id = "a", .title = "A"}}},
        SendRequest{.text = "¿Cuál?",
        .buttons = {{.id = "a", .title = "A"}, {.id = "b", .title = "A"}}},
        SendRequest{.text = std::string(256, 'a'), .buttons = yes_no()},
        SendRequest{.text = " ", .buttons = yes_no()}}) {
    const auto posts = to_posts(unfit, in_polls());
    ASSERT_TRUE(posts);
    EXPECT_EQ(posts->back().path, "/api/sendText");
  }
}

TEST(Send, APlace) {
  EXPECT_EQ(
      to_posts({.location =
                    channel::Location{.latitude = 40.5, .longitude = -3.25, .name = "Hotel Sol"}},
               lucia()),
      Posts({{.path = "/api/sendLocation",
              .body = kHead + R"("latitude":40.5,"longitude":-3.25,"title":"Hotel Sol"})"}}));
}

TEST(Send, AFileAsWhatItIs) {
  const auto post = [](channel::Media media, std::string_view file = {}) {
    const auto posts = to_posts({.text = "Aquí", .media = std::move(media)}, lucia(), file);
    EXPECT_TRUE(posts) << posts.error().message;
    return posts->front();
  };
  const std::string url = R"("url":"https://cdn.example.org/f"})";
  EXPECT_EQ(post({.kind = "image",
                  .mime_type = "image/jpeg",
                  .url = "https://cdn.example.org/f",
                  .file_name = "plano.jpg"}),
            (Post{.path = "/api/sendImage",
                  .body = kHead + R"("file":{"mimetype":"image/jpeg","filename":"plano.jpg",)" +
                          url + R"(,"caption":"Aquí"})"}));
  EXPECT_EQ(
      post({.kind = "document", .mime_type = "application/pdf"}, "PDF!"),
      (Post{
          .path = "/api/sendFile",
          .body = kHead +
                  R"("file":{"mimetype":"application/pdf","data":"UERGIQ=="},"caption":"Aquí"})"}));
  EXPECT_EQ(post({.kind = "image", .mime_type = "image/gif"}, "GIF").path, "/api/sendFile");
  EXPECT_EQ(post({.kind = "voice", .mime_type = "audio/ogg"}, "Ogg").body,
            kHead + R"("file":{"mimetype":"audio/ogg","data":"T2dn"}})");
  EXPECT_EQ(post({.kind = "voice", .mime_type = "audio/mpeg"}, "M").body,
            kHead + R"("file":{"mimetype":"audio/mpeg","data":"TQ=="},"convert":true})");
  EXPECT_EQ(
      post({.kind = "video", .mime_type = "video/webm", .url = "https://cdn.example.org/f"}).body,
      kHead + R"("file":{"mimetype":"video/webm",)" + url + R"(,"caption":"Aquí","convert":true})");
}

TEST(Send, TheTextBesideAFileThatTakesNoCaption) {
  const auto posts =
      to_posts({.text = "Aquí", .media = channel::Media{.kind = "voice", .mime_type = "audio/ogg"}},
               lucia(), "Ogg");
  ASSERT_TRUE(posts);
  ASSERT_EQ(posts->size(), 2U);
  EXPECT_EQ((*posts)[1], text_post("Aquí"));
}

TEST(Send, RefusesWhatCannotBeSent) {
  const auto refusal = [](const SendRequest& request, std::string_view file = {}) {
    const auto posts = to_posts(request, lucia(), file);
    return posts ? "" : posts.error().message;
  };
  EXPECT_EQ(refusal({}), "waha: there is nothing to send");
  EXPECT_EQ(refusal({.template_ = channel::Template{.name = "reminder"}}),
            "waha: it has no templates; send the text");
  EXPECT_EQ(refusal({.media = channel::Media{.kind = "image"}}),
            "waha: the file has neither bytes nor a url");
  EXPECT_EQ(refusal({.media = channel::Media{.kind = "image"}}, std::string(kMaxFile + 1, 'a')),
            "waha: the file is larger than 16777216 bytes");
  EXPECT_EQ(refusal({.text = std::string(kMaxText * kMaxParts + 1, 'a')}),
            "waha: it takes more than 10 messages");
}

TEST(Accepted, HasItsIdWhereverTheEnginePutsIt) {
  for (const auto* body :
       {R"({"id":"true_34655010203@c.us_3EB0OUT1"})", R"({"id":"3EB0OUT1"})",
        R"({"id":{"_serialized":"true_34655010203@c.us_3EB0OUT1","id":"3EB0OUT1"}})",
        R"({"id":{"fromMe":true,"id":"3EB0OUT1"}})",
        R"({"key":{"remoteJid":"34655010203@s.whatsapp.net","fromMe":true,"id":"3EB0OUT1"}})",
        R"({"_data":{"id":{"_serialized":"true_34655010203@c.us_3EB0OUT1"}}})",
        R"({"_data":{"Info":{"ID":"3EB0OUT1"}}})",
        R"({"id":null,"_data":{"key":{"id":"3EB0OUT1"}}})"})
    EXPECT_EQ(read_accepted({.status = 201, .body = body}, "other"),
              Result<std::string>("3EB0OUT1"))
        << body;
}

TEST(Accepted, TakesOurIdWhereTheAnswerHasNone) {
  for (const auto* body : {"", "{}", "null", "true", R"({"id":null})"})
    EXPECT_EQ(read_accepted({.status = 201, .body = body}, "3EB0AA"),
              Result<std::string>("3EB0AA"));
  EXPECT_EQ(read_accepted({.status = 201}, ""), Result<std::string>(""));
}

TEST(Accepted, IsNotWhatSomebodyElseAnswers) {
  EXPECT_EQ(read_accepted({.status = 200, .body = "<html>"}, "").error().error_class,
            ErrorClass::config);
  EXPECT_EQ(read_accepted({.status = 503}, "").error().error_class, ErrorClass::retry);
}

TEST(OwnId, LooksLikeWhatsAppWebs) {
  EXPECT_EQ(message_id_from("\x01\x23\x45\x67\x89\xab\xcd\xef_more"), "3EB00123456789ABCDEF");
}

// ---- Where files are.

TEST(Place, KeepsThePathAndTakesOurHost) {
  const auto place = [](std::string_view url) {
    return place_of(url, "http://waha.test:3000", "");
  };
  EXPECT_EQ(place("http://localhost:3000/api/files/default/3EB0E2.jpeg?x=1"),
            Result(MediaPlace{"http://waha.test:3000/api/files/default/3EB0E2.jpeg?x=1"}));
  EXPECT_EQ(place_of("https://h.example.org/waha/api/files/a", "http://waha.test/waha", ""),
            Result(MediaPlace{"http://waha.test/waha/api/files/a"}));
}

TEST(Place, IsBelowTheFilesOrNowhere) {
  for (const auto* url : {"http://localhost:3000/api/sessions", "http://localhost:3000",
                          "http://169.254.169.254/latest/meta-data", "https://s3.example.org/a"})
    EXPECT_EQ(place_of(url, "http://waha.test", "").error().error_class, ErrorClass::config) << url;
  for (const auto* url :
       {"", "/api/files/a", "file:///api/files/a", "ftp://h/api/files/a",
        "http://h/api/files/../sessions", "http://h/api/files/%2e%2e/sessions",
        "http://h/api/files/..\\sessions", "http://h/api/files/a#b", "http://h/api/files/a b",
        "http://h/api/files/a\r\nX: y", "http://h/api/files/\xc3\xb1"})
    EXPECT_EQ(place_of(url, "http://waha.test", "").error().error_class, ErrorClass::permanent)
        << url;
}

TEST(Place, InABucketGetsNoKey) {
  const auto* url = "https://s3.example.org/waha/3EB0ED.jpeg?X-Amz-Signature=abc";
  EXPECT_EQ(place_of(url, "http://waha.test", "https://s3.example.org"),
            Result(MediaPlace{url, false}));
  EXPECT_EQ(place_of(url, "http://waha.test", "https://s3.example.org:444").error().error_class,
            ErrorClass::config);
  EXPECT_EQ(place_of("https://s3.example.org.evil.example/a", "http://waha.test",
                     "https://s3.example.org")
                .error()
                .error_class,
            ErrorClass::config);
}

// ---- How the session is.

HttpResponse session(const std::string& status) {
  return {.status = 200,
          .body = R"({"name":"default","status":")" + status +
                  R"(","me":{"id":"34910552010@c.us","pushName":"Hotel Sol"}})"};
}

TEST(Health, SaysWhoMustAct) {
  const auto state = [](const std::string& status) {
    const auto health = read_session(session(status), "");
    return health.state + (health.restart_helps ? ", restart" : "");
  };
  EXPECT_EQ(state("WORKING"), "ok");
  EXPECT_EQ(state("STARTING"), "degraded");
  EXPECT_EQ(state("STOPPED"), "down, restart");
  EXPECT_EQ(state("FAILED"), "down, restart");
  EXPECT_EQ(state("DREAMING"), "degraded");
  for (const auto* status : {"SCAN_QR_CODE", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED"}) {
    EXPECT_EQ(state(status), "down");
    EXPECT_NE(read_session(session(status), "").detail.find("operator"), std::string::npos);
  }
}

TEST(Health, WantsTheRightPhone) {
  EXPECT_EQ(read_session(session("WORKING"), "+34910552010"), (ChannelHealth{.state = "ok"}));
  EXPECT_EQ(
      read_session(session("WORKING"), "+34910552011"),
      (ChannelHealth{.state = "down",
                     .detail = "operator: another phone is linked than the configured number"}));
}

TEST(Health, IsDownWithoutAnAnswerOfWahas) {
  for (const std::int64_t status : {401, 404, 500})
    EXPECT_EQ(read_session({.status = status}, "").state, "down");
  EXPECT_EQ(read_session({.status = 200, .body = "<html>"}, "").state, "down");
  EXPECT_EQ(session_status({.status = 200, .body = "<html>"}), "");
}

TEST(Health, HearsThatASessionIsDeaf) {
  const ChannelHealth ok{.state = "ok"};
  EXPECT_EQ(with_pulse(ok, {.unheard = 1, .silent = 1, .has_heard = true}), ok);
  const auto deaf = with_pulse(ok, {.unheard = 2});
  EXPECT_EQ(deaf.state, "down");
  EXPECT_TRUE(deaf.restart_helps);
  const auto mute = with_pulse(ok, {.silent = 2, .has_heard = true});
  EXPECT_EQ(mute.state, "down");
  EXPECT_TRUE(mute.restart_helps);
  EXPECT_EQ(with_pulse(ok, {.silent = 2}).state, "degraded");  // Perhaps nobody subscribed to acks.
  const ChannelHealth down{.state = "down", .detail = "SCAN_QR_CODE"};
  EXPECT_EQ(with_pulse(down, {.unheard = 9}), down);
}

}  // namespace
}  // namespace conserje::waha
