// What remains of a mail's text, and what HTML says.
#include <gtest/gtest.h>

#include <string>

#include "base64.hpp"
#include "encoded_word.hpp"
#include "html.hpp"
#include "message_id.hpp"
#include "mime.hpp"
#include "quote.hpp"
#include "smtp_reply.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;

TEST(Quote, CutsWhatIsIntroducedInEachLanguage) {
  for (const auto* introduction :
       {"El mar, 4 ago 2026 a las 10:00, Hotel Sol (<x@example.org>) escribió:",
        "El mar, 4 ago 2026 a las 10:00, Hotel Sol\n<x@example.org>\nescribió:",
        "On Tue, Aug 4, 2026 at 10:00 AM Hotel Sol <x@example.org> wrote:",
        "Em ter., 4 de ago. de 2026 às 10:00, Hotel Sol <x@example.org> escreveu:",
        "-----Original Message-----\nFrom: x", "-----Mensaje original-----\nDe: x",
        "________________________________\nDe: Hotel Sol",
        "De: Hotel Sol <x@example.org>\nEnviado: martes, 4 de agosto de 2026 10:00\nPara: "
        "y\nAsunto: "
        "Reserva"})
    EXPECT_EQ(own_words(std::string("Sí, confirmo.\n\n") + introduction + "\n¿Confirma?\nmás\n"),
              "Sí, confirmo.")
        << introduction;
}

TEST(Quote, KeepsAnAnswerBelowWhatItQuotes) {
  EXPECT_EQ(
      own_words("On Tue, Aug 4, 2026 at 10:00 AM Hotel <x@y.z> wrote:\n> Which day?\n\nFriday.\n"),
      "Friday.");
}

TEST(Quote, CutsAQuotedMailWithoutMarks) {
  EXPECT_EQ(
      own_words("Sí.\n\nEl mar, 4 ago 2026, Hotel <x@y.z> escribió:\n¿Confirma la reserva?\n"),
      "Sí.");
}

TEST(Quote, CutsTheSignature) { EXPECT_EQ(own_words("Hola\n-- \nLucía Ferrer\nTel. 655"), "Hola"); }

TEST(Quote, KeepsEverythingWhenNothingElseWouldRemain) {
  EXPECT_EQ(own_words("> Hola\n> ¿Hay lugar?\n"), "> Hola\n> ¿Hay lugar?");
  EXPECT_EQ(own_words("  \n"), "");
}

TEST(Quote, KeepsWhatOnlyLooksLikeAnIntroduction) {
  EXPECT_EQ(own_words("El viernes llegamos a las 10.\nGracias"),
            "El viernes llegamos a las 10.\nGracias");
  EXPECT_EQ(own_words("De: Madrid a Sevilla\nGracias"), "De: Madrid a Sevilla\nGracias");
}

TEST(Html, ShowsWhatAReaderSees) {
  EXPECT_EQ(text_of_html("<html><head><title>x</title><style>p{}</style></head><body><p>Hola,</p>"
                         "<div>quería&nbsp;reservar <b>dos</b>\n noches</div>una<br>línea"
                         "<script>alert(1)</script><ul><li>a</li><li>b</li></ul></body></html>"),
            "Hola,\nquería reservar dos noches\nuna\nlínea\na\nb");
}

TEST(Html, LeavesOutWhatIsHiddenOrQuoted) {
  EXPECT_EQ(
      text_of_html("<p>Sí</p><div style='display: none'>x</div><p hidden>y</p>"
                   "<div class='a gmail_quote'>On ... wrote: z</div><blockquote>w</blockquote>"),
      "Sí");
}

TEST(Html, TakesNestingWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "<div>";
  EXPECT_EQ(text_of_html("Hola" + deep), "Hola");
}

TEST(Html, KnowsTheImagesThatItShows) {
  EXPECT_TRUE(shows_image("<p><img src=\"cid:logo@1\"></p>", "logo@1"));
  EXPECT_FALSE(shows_image("<p><img src=\"cid:logo@2\"></p>", "logo@1"));
}

TEST(Charset, FallsBackToWindows1252) {
  EXPECT_EQ(to_utf8("ma\xF1"
                    "ana \x80",
                    "x-unknown"),
            "mañana €");
  EXPECT_EQ(to_utf8("\xF1", "utf-8"), "ñ");
  EXPECT_EQ(to_utf8("\xA4", "iso-8859-15"), "€");
  EXPECT_EQ(to_utf8("ñ", "utf-8"), "ñ");
}

TEST(Charset, EndsATextAtAWholeCharacter) {
  EXPECT_EQ(beginning("añb", 2), "a");
  EXPECT_EQ(beginning("añb", 3), "añ");
}

TEST(Base64, ReadsBothAlphabetsWithAndWithoutPadding) {
  const std::string bytes = "\xFB\xFF\xFE?";
  EXPECT_EQ(to_base64url(bytes), "-__-Pw");
  for (const auto* text : {"-__-Pw", "-__-Pw==", "+//+Pw==", "+//+Pw"})
    EXPECT_EQ(from_base64(text), bytes) << text;
  for (const auto* text : {"a", "-__-P", "-__-Px", "-__-Pw=", "a b=", "===="})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(EncodedWord, IsJoinedWithThoseOfItsCharset) {
  EXPECT_EQ(with_joined_words("=?UTF-8?B?UmVzZQ==?=\r\n =?utf-8?Q?rva_=C3?= =?UTF-8?Q?=B1?= x"),
            "=?utf-8?B?UmVzZXJ2YSDDsQ==?= x");
  EXPECT_EQ(with_joined_words("=?a?Q?x?= =?b?Q?y?="), "=?a?B?eA==?= =?b?B?eQ==?=");
  for (const auto* other :
       {"", "=?", "=?UTF-8?B?", "=?UTF-8?X?a?=", "=?UTF-8?B?a b?=", "=??B?YQ==?=", "a =? b ?="})
    EXPECT_EQ(with_joined_words(other), other);
}

TEST(MessageId, GivesTheReferenceBack) {
  EXPECT_EQ(message_id_for("r_a1-B", "reservas@example.org"), "cj.r_a1-B@example.org");
  EXPECT_EQ(message_id_for("a b>", "reservas@example.org"), "cjx.6120623e@example.org");
  for (const std::string reference : {"r_a1-B", "a b>", "outbox:88123", "ñ"})
    EXPECT_EQ(reference_of(message_id_for(reference, "x@example.org")), reference);
  for (const auto* other : {"", "a1b2@example.org", "cj.@x", "cj.a b@x", "cjx.6@x", "cjx.zz@x"})
    EXPECT_EQ(reference_of(other), std::nullopt) << other;
}

TEST(SmtpReply, ReadsCodeAndEnhancedCode) {
  EXPECT_EQ(read_smtp_reply("550 5.1.1 no such user"), (SmtpReply{550, "5.1.1"}));
  EXPECT_EQ(read_smtp_reply("550-5.7.26 policy"), (SmtpReply{550, "5.7.26"}));
  EXPECT_EQ(read_smtp_reply("550 4.1.1 both disagree"), (SmtpReply{550, ""}));
  EXPECT_EQ(read_smtp_reply("421"), (SmtpReply{421, ""}));
  for (const auto* line : {"", "25", "abc", "999 x", "100 x"})
    EXPECT_EQ(read_smtp_reply(line), SmtpReply{});
}

TEST(SmtpReply, HasTheClassesOfTheTable) {
  const auto class_of = [](const char* line) {
    return to_error(read_smtp_reply(line)).error_class;
  };
  for (const auto* line : {"421 4.3.0 x", "421 4.7.0 x", "450 4.2.1 x", "451 x", "452 4.2.2 x",
                           "454 4.7.0 x", "550 5.4.5 daily limit", "552 5.2.2 full"})
    EXPECT_EQ(class_of(line), ErrorClass::retry) << line;
  for (const auto* line :
       {"534 5.7.9 x", "535 5.7.8 x", "530 5.7.0 x", "550 5.7.1 x", "550 5.7.26 x"})
    EXPECT_EQ(class_of(line), ErrorClass::config) << line;
  for (const auto* line :
       {"550 5.1.1 x", "553 5.1.2 x", "553 5.1.3 x", "552 5.3.4 x", "523 5.3.4 x", "552 5.7.0 x"})
    EXPECT_EQ(class_of(line), ErrorClass::permanent) << line;
}

TEST(SmtpReply, TellsARefusedLoginFromOtherRefusals) {
  for (const auto* line : {"535 5.7.8 bad credentials", "534 5.7.9 app password", "535 no"})
    EXPECT_TRUE(is_login_refused(to_error(read_smtp_reply(line)))) << line;
  for (const auto* line : {"550 5.7.1 policy", "550 5.1.1 no such user", "421 4.7.0 try later"})
    EXPECT_FALSE(is_login_refused(to_error(read_smtp_reply(line)))) << line;
}

TEST(SmtpReply, WaitsADayForTheDailyLimit) {
  EXPECT_EQ(to_error(read_smtp_reply("550 5.4.5 x")).retry_after, 24h);
  EXPECT_EQ(to_error(read_smtp_reply("450 4.2.1 x")).retry_after, std::nullopt);
}

}  // namespace
}  // namespace conserje::gmail
