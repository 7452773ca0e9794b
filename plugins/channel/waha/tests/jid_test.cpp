#include "jid.hpp"

#include <gtest/gtest.h>

namespace conserje::waha {
namespace {

TEST(Jid, IsTheSameAddressInEachOfItsSpellings) {
  for (const auto* jid : {"34655010203@c.us", "34655010203@s.whatsapp.net", "34655010203:12@c.us",
                          "34655010203_1@c.us", "34655010203:7@s.whatsapp.net"})
    EXPECT_EQ(address_of(jid), "+34655010203") << jid;
  EXPECT_EQ(address_of("199000000000007@lid"), "199000000000007@lid");
  EXPECT_EQ(address_of("199000000000007:3@lid"), "199000000000007@lid");
  EXPECT_EQ(address_of("120363041234567890@g.us"), "120363041234567890@g.us");
  EXPECT_EQ(address_of("34655010203-1600000000@g.us"), "34655010203-1600000000@g.us");
}

TEST(Jid, IsNobodyWhereNobodyCouldAnswer) {
  for (const auto* jid :
       {"", "@", "@c.us", "0@c.us", "0@s.whatsapp.net", "status@broadcast", "34655010203@broadcast",
        "120363041234567@newsletter", "13135550002@bot", "34655010203", "abc@c.us",
        "3465501020x@lid", "-@g.us", "1-@g.us", "346550102033465501020@c.us"})
    EXPECT_EQ(address_of(jid), "") << jid;
}

TEST(Jid, IsMadeFromAnAddressOfOurs) {
  EXPECT_EQ(to_chat("+34655010203"), "34655010203@c.us");
  EXPECT_EQ(to_chat("199000000000007@lid"), "199000000000007@lid");
  EXPECT_EQ(to_chat("120363041234567890@g.us"), "120363041234567890@g.us");
  for (const auto* address : {"", "+", "+0346", "34655010203", "+34 655", "+1234567890123456",
                              "x@lid", "34655010203@c.us", "../x@lid", "ES.102"})
    EXPECT_EQ(to_chat(address), "") << address;
}

TEST(MessageId, IsTakenApartWhateverIsMissing) {
  const auto expect = [](std::string_view text, bool is_own, std::string_view chat,
                         std::string_view bare) {
    const auto id = parse_message_id(text);
    EXPECT_EQ(id.is_own, is_own) << text;
    EXPECT_EQ(id.chat, chat) << text;
    EXPECT_EQ(id.bare, bare) << text;
  };
  expect("false_34655010203@c.us_3EB0AA", false, "34655010203@c.us", "3EB0AA");
  expect("true_34655010203@c.us_3EB0AA", true, "34655010203@c.us", "3EB0AA");
  expect("34655010203@c.us_3EB0AA", false, "34655010203@c.us", "3EB0AA");
  expect("false_120363041234567890@g.us_3EB0AA_34655010203@c.us", false, "120363041234567890@g.us",
         "3EB0AA");
  expect("false_34655010203_1@c.us_3EB0AA", false, "34655010203_1@c.us", "3EB0AA");
  expect("3EB0AA", false, "", "3EB0AA");
  expect("true_3EB0AA", true, "", "3EB0AA");
  expect("34655010203@c.us", false, "34655010203@c.us", "");
  expect("", false, "", "");
}

}  // namespace
}  // namespace conserje::waha
