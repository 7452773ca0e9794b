// Mails that we send: read back they say what was meant, and nothing of a guest's goes into a
// header.
#include "compose.hpp"

#include <gtest/gtest.h>

#include <string>

#include "inbound.hpp"

namespace conserje::gmail {
namespace {

Outgoing outgoing() {
  return {.from = {"Hotel Sol", "reservas@example.org"},
          .to = "lucia@example.com",
          .subject = "Re: Reserva",
          .text = "Su reserva está confirmada.\n\n1. Sí\n2. No",
          .message_id = "cj.r1@example.org",
          .in_reply_to = "b@example.com",
          .references = {"a@example.com", "b@example.com"},
          .date_ms = 1'785'920'400'000};
}

std::string composed(const Outgoing& mail) {
  const auto bytes = compose(mail);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *bytes : "";
}

TEST(Compose, WritesAMailThatReadsBackTheSame) {
  const auto mail = read_mail(composed(outgoing()));
  EXPECT_EQ(mail.from, (Address{"Hotel Sol", "reservas@example.org"}));
  EXPECT_EQ(mail.subject, "Re: Reserva");
  EXPECT_EQ(mail.message_id, "cj.r1@example.org");
  EXPECT_EQ(mail.in_reply_to, "b@example.com");
  EXPECT_EQ(mail.references, (std::vector<std::string>{"a@example.com", "b@example.com"}));
  EXPECT_EQ(mail.date_ms, 1'785'920'400'000);
  EXPECT_EQ(trimmed(mail.text), outgoing().text);
  EXPECT_EQ(automated_because(mail, "other@example.org"), "auto-submitted");
}

TEST(Compose, KeepsToAsciiAndToShortLinesEndedByCrLf) {
  auto mail = outgoing();
  mail.from.name = "Hotel \"Sueño\"; José";
  mail.subject =
      std::string(40, 'x') + " reserva de habitación – ¿confirma? " + std::string(200, 'y');
  mail.text = std::string(5000, 'a') + "\n.\n..ñ\nFrom here";
  const auto bytes = composed(mail);
  std::size_t line = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_LT(static_cast<unsigned char>(bytes[i]), 0x80);
    if (bytes[i] == '\n') {
      ASSERT_EQ(bytes[i - 1], '\r');
      ASSERT_LE(line, 998U);
      line = 0;
    } else {
      ++line;
    }
  }
  const auto again = read_mail(bytes);
  EXPECT_EQ(again.from.name, mail.from.name);
  EXPECT_EQ(again.subject, mail.subject);
  EXPECT_EQ(trimmed(again.text), mail.text);
}

TEST(Compose, AttachesAFile) {
  auto mail = outgoing();
  mail.media = {.mime_type = "application/pdf", .file_name = "factura nº 1.pdf"};
  const std::string file("%PDF\0\r\n\xFF", 8);
  mail.file = file;
  mail.has_file = true;
  const auto bytes = composed(mail);
  const auto again = read_mail(bytes);
  EXPECT_EQ(trimmed(again.text), mail.text);
  ASSERT_EQ(again.attachments.size(), 1U);
  EXPECT_EQ(again.attachments[0].mime_type, "application/pdf");
  EXPECT_EQ(again.attachments[0].file_name, "factura nº 1.pdf");
  const auto part = read_part(bytes, again.attachments[0].part);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes, file);
}

TEST(Compose, IsTheSameMailEachTime) { EXPECT_EQ(composed(outgoing()), composed(outgoing())); }

TEST(Compose, RefusesWhatCouldBeAnotherHeader) {
  const auto refused = [](const Outgoing& mail) {
    const auto bytes = compose(mail);
    return !bytes && bytes.error().error_class == ErrorClass::permanent;
  };
  for (const char* text :
       {"x\r\nBcc: evil@example.net", "x\nBcc: evil@example.net", "x\ry", "x\ty\x7F"}) {
    auto mail = outgoing();
    mail.subject = text;
    EXPECT_TRUE(refused(mail)) << text;
    mail = outgoing();
    mail.to = std::string("b@example.com") + text;
    EXPECT_TRUE(refused(mail)) << text;
    mail = outgoing();
    mail.from.name = text;
    EXPECT_TRUE(refused(mail)) << text;
    mail = outgoing();
    mail.media.file_name = text;
    EXPECT_TRUE(refused(mail)) << text;
  }
}

TEST(Compose, LeavesOutIdsThatDoNotFit) {
  auto mail = outgoing();
  mail.in_reply_to = "a>\r\nBcc: evil@example.net";
  mail.references = {"a@example.com", "x y", "b\r\nBcc: c@d"};
  const auto again = read_mail(composed(mail));
  EXPECT_EQ(again.references, std::vector<std::string>{"a@example.com"});
  EXPECT_EQ(again.in_reply_to, "");
  EXPECT_EQ(again.header("bcc"), nullptr);
}

TEST(Compose, KnowsAnAddress) {
  for (const auto* good : {"a@b.c", "lucia+hotel@example.com", "o'hara@example.com"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const auto* bad :
       {"", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b>", "ñ@b.c", "a@b\r\n"})
    EXPECT_FALSE(is_address(bad)) << bad;
}

TEST(Compose, NumbersChoicesAndWritesAPlace) {
  EXPECT_EQ(to_text({.text = "¿Confirma?",
                     .buttons = {{.id = "y", .title = "Sí"},
                                 {.id = "n", .title = "No", .description = "cancela"}}}),
            "¿Confirma?\n\n1. Sí\n2. No - cancela");
  EXPECT_EQ(to_text({.text = "Aquí",
                     .location =
                         channel::Location{
                             .latitude = 40.41678, .longitude = -3.70379, .name = "Hotel Sol"}}),
            "Aquí\n\nHotel Sol\nhttps://www.google.com/maps?q=40.416780,-3.703790");
}

}  // namespace
}  // namespace conserje::gmail
