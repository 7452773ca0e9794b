#include "plugin/trust.hpp"

#include <gtest/gtest.h>

#include "counting_random.hpp"

namespace conserje {
namespace {

/// A plugin's file that "acme" signed, and a host that trusts acme. Who is refused, and with which
/// words: bad_files_test.cpp.
class TheJudgement : public testing::Test {
 protected:
  CountingRandom random{};
  MinisignSecretKey acme = generate_key(random);
  PluginFile file{.path = "/p/acme.so",
                  .id = "com.acme.pms",
                  .version = "1.4.0",
                  .digest = digest_of("the file")};
  PluginUse use{.name = "desk"};
  TrustRules rules{.keys = {{"acme", acme.public_key(), {"com.acme.*"}}}};

  void sign_file() {
    file.signature = print(sign(acme, file.digest, signed_statement(file)).value());
  }
  static Lock lock_of(const PluginFile& locked, const std::string& key = "") {
    return {.plugins = {{locked.id, locked.version, locked.digest, key}}};
  }
  std::string verdict() const {
    const auto vouched = judge(rules, file, use);
    if (!vouched) return vouched.error().message.substr(0, vouched.error().message.find('\n'));
    EXPECT_EQ(vouched->digest, file.digest);
    return describe(*vouched);
  }
};

TEST_F(TheJudgement, NamesWhoSignedTheFile) {
  sign_file();
  EXPECT_EQ(verdict(), "signed by acme");
}

TEST_F(TheJudgement, CallsAFileWithoutAnythingUnsigned) { EXPECT_EQ(verdict(), "unsigned"); }

TEST_F(TheJudgement, CallsWhatTheBuildMadeFirstParty) {
  rules.first_party = lock_of(file);
  EXPECT_EQ(verdict(), "first-party");
  file.digest = digest_of("changed");
  EXPECT_EQ(verdict(), "unsigned");
}

TEST_F(TheJudgement, CallsWhatTheOperatorLockedPinned) {
  rules.accepted = lock_of(file);
  EXPECT_EQ(verdict(), "pinned");
}

TEST_F(TheJudgement, TakesALaterVersionThanTheLockedOneFromItsSigner) {
  rules.accepted = lock_of(file, "acme");
  file.version = "1.10.0";
  file.digest = digest_of("the next file");
  EXPECT_EQ(verdict(), "unsigned");
  sign_file();
  EXPECT_EQ(verdict(), "signed by acme");
}

TEST_F(TheJudgement, GoesBackWhenTheOperatorSaysSo) {
  rules.accepted = lock_of(file, "acme");
  file.version = "1.3.9";
  file.digest = digest_of("the file before");
  sign_file();
  EXPECT_EQ(verdict(), "it is com.acme.pms 1.3.9, older than 1.4.0, which the lock file has");
  use.allow_rollback = true;
  EXPECT_EQ(verdict(), "signed by acme");
}

TEST_F(TheJudgement, DeniesWhoeverVouches) {
  sign_file();
  rules.first_party = rules.accepted = lock_of(file);
  rules.denied = {file.digest};
  use.allow_rollback = use.allow_unsigned = true;
  EXPECT_TRUE(verdict().starts_with("its hash is denied: ")) << verdict();
}

TEST_F(TheJudgement, WantsAGoodSignatureWhereThereIsOne) {
  rules.accepted = lock_of(file);
  file.signature = "";
  EXPECT_TRUE(verdict().starts_with("its signature is damaged: ")) << verdict();
}

TEST_F(TheJudgement, AsksNoSignatureOfWhatTheBuildMade) {
  rules.first_party = lock_of(file);
  file.signature = "";
  EXPECT_EQ(verdict(), "first-party");
}

TEST_F(TheJudgement, TakesTheWordOfAKeyForAsMuchConformanceAsIsAsked) {
  rules.conformance = 7;
  EXPECT_EQ(verdict(), "nobody says that it has passed the conformance kit");
  const auto vouch = [this](const MinisignSecretKey& key, unsigned level) {
    file.conformance = print(sign(key, file.digest, conformance_statement(file, level)).value());
  };
  vouch(acme, 6);
  EXPECT_EQ(verdict(),
            "its conformance report says \"conserje conformance=6 id=com.acme.pms version=1.4.0 "
            "abi=1\"");
  for (const unsigned level : {7U, 10U}) {
    vouch(acme, level);
    EXPECT_EQ(verdict(), "unsigned") << level;
  }
  sign_file();
  EXPECT_EQ(verdict(), "signed by acme");
  vouch(generate_key(random), 7);
  EXPECT_EQ(verdict().substr(0, 36), "its conformance report is by the key") << verdict();
}

TEST_F(TheJudgement, TakesNoSignatureForAConformanceReport) {
  rules.conformance = 1;
  sign_file();
  file.conformance = file.signature;
  EXPECT_EQ(verdict(),
            "its conformance report says \"conserje id=com.acme.pms version=1.4.0 abi=1\"");
}

TEST_F(TheJudgement, TakesNoConformanceReportOfAnotherFile) {
  rules.conformance = 7;
  file.conformance = print(sign(acme, file.digest, conformance_statement(file, 7)).value());
  file.digest = digest_of("changed");
  EXPECT_EQ(verdict(), "its conformance report is not of this file: one of the two was changed");
}

TEST_F(TheJudgement, AsksNoConformanceReportOfWhatTheBuildMade) {
  rules.conformance = 10;
  rules.first_party = lock_of(file);
  EXPECT_EQ(verdict(), "first-party");
}

TEST_F(TheJudgement, LetsAKeySignTheIdsThatItIsGivenFor) {
  sign_file();
  for (const auto& [pattern, fits] :
       {std::pair("com.acme.pms", true), std::pair("com.acme.*", true), std::pair("*", true),
        std::pair("com.acme", false), std::pair("com.acme.pms.*", false),
        std::pair("com.acm.*", false)}) {
    rules.keys.front().ids = {"org.other", pattern};
    EXPECT_EQ(verdict() == "signed by acme", fits) << pattern << ": " << verdict();
  }
}

TEST(TheStatement, NamesIdVersionAndAbi) {
  PluginFile file{.id = "com.acme.pms", .version = "1.4.0-rc.1", .abi_min = 1, .abi_max = 1};
  EXPECT_EQ(signed_statement(file), "conserje id=com.acme.pms version=1.4.0-rc.1 abi=1");
  file.abi_max = 2;
  EXPECT_EQ(signed_statement(file), "conserje id=com.acme.pms version=1.4.0-rc.1 abi=1-2");
}

TEST(Versions, AreOrderedAsSemanticVersioningSays) {
  const std::string_view ascending[] = {
      "0.9.10",     "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc-2",
      "1.0.0",      "1.2.0",        "1.10.0",        "2.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t k = 0; k < std::size(ascending); ++k)
      EXPECT_EQ(compare_versions(ascending[i], ascending[k]), i <=> k)
          << ascending[i] << " " << ascending[k];
}

TEST(ThePlace, FollowsTheOriginUnlessTheOperatorSaysOtherwise) {
  const auto place = [](Origin origin, std::optional<Isolation> wanted, bool allowed) {
    const PluginUse use{.isolation = wanted, .allow_unsigned = allowed};
    const auto chosen = default_isolation({.origin = origin}, use);
    return chosen ? std::optional(*chosen) : std::nullopt;
  };
  const auto in_process = std::optional(Isolation::in_process);
  const auto process = std::optional(Isolation::process);
  EXPECT_EQ(place(Origin::first_party, {}, false), in_process);
  EXPECT_EQ(place(Origin::signed_by, {}, false), process);
  EXPECT_EQ(place(Origin::pinned, {}, false), process);
  EXPECT_EQ(place(Origin::nobody_vouches, {}, false), std::nullopt);
  EXPECT_EQ(place(Origin::nobody_vouches, {}, true), in_process);

  EXPECT_EQ(place(Origin::first_party, process, false), process);
  EXPECT_EQ(place(Origin::signed_by, in_process, false), in_process);
  EXPECT_EQ(place(Origin::pinned, Isolation::process_per_instance, false),
            Isolation::process_per_instance);
  EXPECT_EQ(place(Origin::nobody_vouches, in_process, false), std::nullopt);
  EXPECT_EQ(place(Origin::nobody_vouches, process, false), process);
}

TEST(ThePlace, IsRefusedWithTheLineThatAllowsIt) {
  const auto refused = default_isolation({}, PluginUse{.name = "staff"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "it is unsigned, and would run in the host's own process\n"
            "    needed: a signature beside it, its hash in the lock file, or your word for this "
            "plugin\n"
            "    who must act: the operator of this host\n"
            "    do: if you know where it comes from: plugins: {staff: {allow_unsigned: true}}\n"
            "        one of Conserje's own was built or installed in part: build all, or apt-get "
            "install --reinstall conserje");
}

}  // namespace
}  // namespace conserje
