#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "commands.hpp"
#include "counting_random.hpp"
#include "files.hpp"
#include "plugin/trust.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

class Sign : public testing::Test {
 protected:
  const fs::path folder = fs::path(testing::TempDir()) / ("sign-" + std::to_string(::getpid()));
  const fs::path file = folder / "p.so";
  CountingRandom random{};
  const MinisignSecretKey key = generate_key(random);

  void SetUp() override {
    fs::create_directories(folder);
    fs::copy_file(fs::path(CONSERJE_ZOO) / "good_serial.so", file);
    write_file(folder / "me.key", print(key));
  }
  void TearDown() override { fs::remove_all(folder); }
  int check(const fs::path& plugin) const {
    kit::Options options{.file = plugin, .only = {"static.signature"}, .in_process = true};
    return test_command(options, {});
  }
};

TEST_F(Sign, IsVerifiedByTheKeyAndSpeaksOfThisVersion) {
  ASSERT_EQ(sign_command(file, folder / "me.key"), 0);
  const auto signature = parse_signature(read_file(file.string() + ".minisig"));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(verify(*signature, key.public_key(), digest_of(read_file(file))),
            SignatureVerdict::good);
  EXPECT_EQ(signature->trusted_comment, "conserje id=dev.zoo.good-serial version=1.0.0 abi=1");
  EXPECT_EQ(check(file), 0);
}

TEST_F(Sign, IsFoundToBeOfAnotherPlugin) {
  ASSERT_EQ(sign_command(file, folder / "me.key"), 0);
  const auto other = folder / "other.so";
  fs::copy_file(fs::path(CONSERJE_ZOO) / "sulks.so", other);
  fs::copy_file(file.string() + ".minisig", other.string() + ".minisig");
  EXPECT_EQ(check(other), 1);
}

TEST_F(Sign, VouchesForTheLevelThatAPluginHasPassed) {
  const kit::Options options{.file = file, .level = 1, .in_process = true};
  ASSERT_EQ(test_command(options, {.key = folder / "me.key"}), 0);
  const auto report = parse_signature(read_file(file.string() + ".conformance"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(verify(*report, key.public_key(), digest_of(read_file(file))), SignatureVerdict::good);
  EXPECT_EQ(report->trusted_comment,
            "conserje conformance=1 id=dev.zoo.good-serial version=1.0.0 abi=1");
}

TEST_F(Sign, VouchesForNothingThatFailedOrWasLeftOut) {
  const auto bad = folder / "bad.so";
  fs::copy_file(fs::path(CONSERJE_ZOO) / "exports_more.so", bad);
  EXPECT_EQ(test_command({.file = bad, .level = 1, .in_process = true}, {.key = folder / "me.key"}),
            1);
  EXPECT_EQ(test_command({.file = file, .level = 1, .only = {"static.elf"}, .in_process = true},
                         {.key = folder / "me.key"}),
            2);
  EXPECT_FALSE(fs::exists(bad.string() + ".conformance"));
  EXPECT_FALSE(fs::exists(file.string() + ".conformance"));
}

TEST_F(Sign, RefusesWhatIsNoPluginAndWhatIsNoKey) {
  write_file(folder / "bad.key", "not a key");
  EXPECT_EQ(sign_command(folder / "me.key", folder / "me.key"), 1);
  EXPECT_EQ(sign_command(file, folder / "bad.key"), 2);
  EXPECT_FALSE(fs::exists(file.string() + ".minisig"));
}

}  // namespace
}  // namespace conserje
