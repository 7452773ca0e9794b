#include "pipeline/secrets.hpp"

#include <gtest/gtest.h>

#include "fake_source.hpp"

namespace conserje {
namespace {

using Strings = std::vector<std::string>;

class Resolve : public testing::Test {
 protected:
  Resolve() {
    source.environment["TOKEN"] = "t0k";
    source.environment["EMPTY"] = "";
    source.environment["NESTED"] = "${env:TOKEN}";
    source.files["conf/key.pem"] = "line 1\nline 2\r\n";
    source.files["/abs"] = "a";
    source.files["conf/binary"] = "\xff";
    source.credentials["db"] = "pw\n";
  }
  Resolved resolve(std::string_view text) const { return conserje::resolve(text, "conf", source); }

  FakeSource source;
};

TEST_F(Resolve, ReplacesReferencesAnywhereInTheText) {
  const auto resolved = resolve("Bearer ${env:TOKEN}, ${credential:db}!");
  EXPECT_EQ(resolved.text, "Bearer t0k, pw!");
  EXPECT_TRUE(resolved.had_reference);
}

TEST_F(Resolve, LeavesTextWithoutReferencesAsItIs) {
  for (const auto* text : {"", "costs 5$", "$5 {x} $", "$$", "}"}) {
    const auto resolved = resolve(text);
    EXPECT_EQ(resolved.text, text);
    EXPECT_FALSE(resolved.had_reference);
  }
}

TEST_F(Resolve, TwoDollarsAreOneThatRefersToNothing) {
  const auto resolved = resolve("$${env:TOKEN}");
  EXPECT_EQ(resolved.text, "${env:TOKEN}");
  EXPECT_FALSE(resolved.had_reference);
}

TEST_F(Resolve, AFileLosesItsLastNewlineAndStartsAtTheFolder) {
  EXPECT_EQ(resolve("${file:key.pem}").text, "line 1\nline 2");
  EXPECT_EQ(resolve("${file:/abs}").text, "a");
}

TEST_F(Resolve, WhatAReferenceBringsIsNotResolvedAgain) {
  EXPECT_EQ(resolve("${env:NESTED}").text, "${env:TOKEN}");
}

TEST_F(Resolve, TellsEveryReferenceThatCannotBeResolved) {
  EXPECT_EQ(resolve("${env:A} ${file:b} ${credential:c} ${env:EMPTY} ${file:binary}").problems,
            (Strings{"no variable A", "no file conf/b", "no credential c", "${env:EMPTY} is empty",
                     "${file:binary} is not UTF-8 text"}));
}

TEST_F(Resolve, TellsWhatIsNotAReference) {
  const std::string shapes =
      " is not a reference: ${env:NAME}, ${file:PATH} and ${credential:NAME} are; for the text "
      "itself write $${";
  EXPECT_EQ(resolve("${TOKEN} ${vault:x} ${env:}").problems,
            (Strings{"${TOKEN}" + shapes, "${vault:x}" + shapes, "${env:}" + shapes}));
  EXPECT_EQ(resolve("a ${env:TOKEN").problems,
            Strings{"\"${\" without its \"}\"; for the text itself write $${"});
}

TEST(SecretStore, GivesAHandleAndTakesTheValueAway) {
  SecretStore store;
  std::string value = "t0k";
  const auto handle = store.put("whatsapp", "/access_token", value);
  EXPECT_EQ(handle, "secret:whatsapp/access_token");
  EXPECT_EQ(value, "");
  EXPECT_EQ(store.reveal("whatsapp", handle), "t0k");
}

TEST(SecretStore, RevealsNothingToAnotherPlugin) {
  SecretStore store;
  std::string value = "t0k";
  const auto handle = store.put("mail", "/password", value);
  EXPECT_EQ(store.reveal("whatsapp", handle), std::nullopt);
  EXPECT_EQ(store.reveal("mai", handle), std::nullopt);
  EXPECT_EQ(store.reveal("mail", "secret:mail/other"), std::nullopt);
  EXPECT_EQ(store.reveal("mail", ""), std::nullopt);
}

TEST(Wipe, LeavesNothingOfTheTextInItsMemory) {
  std::string text(100, 's');
  const char* memory = text.data();
  wipe(text);
  text.resize(100, 'x');  // The same memory, now ours to look at.
  ASSERT_EQ(text.data(), memory);
  EXPECT_EQ(text.find('s'), std::string::npos);
}

TEST(Placeholder, IsWhatPeopleWriteBeforeTheRealSecret) {
  for (const auto* text : {"", "changeme", "Change-Me", "<token>", "secret", "xxx", "XXXXXXXX",
                           "***", "your_api_key", "TODO", "00000000"})
    EXPECT_TRUE(is_placeholder(text)) << text;
}

TEST(Placeholder, IsNotARealSecret) {
  for (const auto* text : {"EAAGm0PX4ZCpsBAKZC", "whsec_C2FVsBQIhrscChlQ", "correct horse battery",
                           "9f86d081884c7d65"})
    EXPECT_FALSE(is_placeholder(text)) << text;
}

}  // namespace
}  // namespace conserje
