// What IMAP servers say, whole and in pieces.
#include "imap_reply.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;
using Kind = ImapValue::Kind;

ImapValue atom(std::string text) { return {Kind::atom, std::move(text), {}}; }
ImapValue text(std::string text) { return {Kind::text, std::move(text), {}}; }
ImapValue list(std::vector<ImapValue> items) { return {Kind::list, "", std::move(items)}; }

Result<std::optional<ImapReply>> read(std::string_view bytes) {
  ImapReader reader(1000);
  reader.feed(bytes);
  return reader.next();
}

ImapReply one(std::string_view bytes) {
  const auto reply = read(bytes);
  EXPECT_TRUE(reply && *reply) << bytes;
  return reply && *reply ? **reply : ImapReply{};
}

TEST(ImapReader, ReadsStatuses) {
  EXPECT_EQ(
      one("* OK [UIDVALIDITY 17] UIDs valid\r\n"),
      (ImapReply{.tag = "*", .status = "OK", .code = "UIDVALIDITY 17", .text = "UIDs valid"}));
  EXPECT_EQ(one("a1 NO [AUTHENTICATIONFAILED] Invalid (credentials\r\n"),
            (ImapReply{.tag = "a1",
                       .status = "NO",
                       .code = "AUTHENTICATIONFAILED",
                       .text = "Invalid (credentials"}));
  EXPECT_EQ(one("+ idling\r\n"), (ImapReply{.tag = "+", .text = "idling"}));
}

TEST(ImapReader, ReadsData) {
  EXPECT_EQ(one("* 5 EXISTS\r\n"), (ImapReply{.tag = "*", .values = {atom("5"), atom("EXISTS")}}));
  EXPECT_EQ(one("* LIST (\\HasNoChildren \\Sent) \"/\" \"[Gmail]/Enviados \\\"x\\\"\"\r\n"),
            (ImapReply{.tag = "*",
                       .values = {atom("LIST"), list({atom("\\HasNoChildren"), atom("\\Sent")}),
                                  text("/"), text("[Gmail]/Enviados \"x\"")}}));
}

TEST(ImapReader, ReadsALiteralWhateverIsInIt) {
  const std::string bytes =
      "* 3 FETCH (UID 9 BODY[HEADER.FIELDS (SUBJECT)] {9}\r\na\r\n)(\r\n\" FLAGS NIL)\r\n";
  const ImapReply expected{
      .tag = "*",
      .values = {atom("3"), atom("FETCH"),
                 list({atom("UID"), atom("9"), atom("BODY[HEADER.FIELDS (SUBJECT)]"),
                       text("a\r\n)(\r\n\" "), atom("FLAGS"), ImapValue{}})}};
  // The literal has 9 bytes: its last one is the space behind the quote.
  EXPECT_EQ(one(bytes), expected);
}

TEST(ImapReader, WaitsForTheWholeReply) {
  const std::string bytes = "* 3 FETCH (BODY[] {4}\r\nHola)\r\na2 OK done\r\n";
  ImapReader reader(1000);
  std::vector<ImapReply> replies;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    const auto next = reader.next();
    ASSERT_TRUE(next);
    if (*next) replies.push_back(**next);
  }
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].values[2], list({atom("BODY[]"), text("Hola")}));
  EXPECT_EQ(replies[1].status, "OK");
}

TEST(ImapReader, RefusesWhatIsTooLargeOrNoImap) {
  for (const std::string bytes :
       {"* 1 FETCH (BODY[] {1001}\r\n", "* 1 FETCH (BODY[] {99999999999999999999}\r\nx\r\n",
        "* (((\r\n", "\r\n", "* 1 )\r\n", "* \"x\r\n"})
    EXPECT_FALSE(read(bytes)) << bytes;
  EXPECT_FALSE(read("* " + std::string(1001, 'x')));
  EXPECT_FALSE(read("* " + std::string(100, '(') + std::string(100, ')') + "\r\n"));
}

TEST(Imap, QuotesAText) {
  EXPECT_EQ(imap_quoted("a\"b\\c"), Result(std::string("\"a\\\"b\\\\c\"")));
  for (const auto* bad : {"a\r\nb", "ñ", "\x7F"}) EXPECT_FALSE(imap_quoted(bad)) << bad;
}

TEST(Imap, ReadsAndWritesDates) {
  EXPECT_EQ(read_internal_date("05-Aug-2026 09:00:00 +0000"), 1'785'920'400'000);
  EXPECT_EQ(read_internal_date(" 5-Aug-2026 11:30:00 +0230"), 1'785'920'400'000);
  EXPECT_EQ(read_internal_date("05-Aug-2026 06:00:00 -0300"), 1'785'920'400'000);
  for (const auto* bad :
       {"", "32-Aug-2026 09:00:00 +0000", "05-Foo-2026 09:00:00 +0000", "yesterday"})
    EXPECT_EQ(read_internal_date(bad), 0) << bad;
  EXPECT_EQ(to_search_date(1'785'920'400'000), "5-Aug-2026");
}

TEST(Imap, HasTheClassesOfItsRefusals) {
  const auto error_of = [](const char* line) { return to_error(one(line)); };
  for (const auto* line :
       {"a1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n",
        "a1 NO [ALERT] Application-specific password required: https://x (Failure)\r\n",
        "a1 NO [WEBALERT https://x] Web login required.\r\n"})
    EXPECT_EQ(error_of(line).error_class, ErrorClass::config) << line;
  EXPECT_EQ(error_of("a1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n").retry_after,
            5min);
  EXPECT_EQ(
      error_of("a1 NO [OVERQUOTA] Account exceeded command or bandwidth limits.\r\n").retry_after,
      2h);
  EXPECT_EQ(error_of("* BYE bye\r\n").error_class, ErrorClass::retry);
}

}  // namespace
}  // namespace conserje::gmail
