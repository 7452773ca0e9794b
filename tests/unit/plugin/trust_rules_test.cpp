#include "plugin/trust_rules.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "counting_random.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

/// A folder in which an executable, lock files and plugins could stand.
class TheRules : public testing::Test {
 protected:
  TheRules() { fs::create_directories(folder / "bin"); }
  ~TheRules() override { fs::remove_all(folder); }

  fs::path write(const fs::path& name, const std::string& text) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }
  TrustRules read() { return read_trust(pipeline, folder / "bin" / "conserje", findings); }

  const fs::path folder =
      fs::temp_directory_path() / ("rules." + std::to_string(::getpid()) + "." +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  CountingRandom random{};
  const std::string key = print_line(generate_key(random).public_key());
  const std::string other_key = print_line(generate_key(random).public_key());
  const Lock lock{.plugins = {{"a.b", "1.0.0", digest_of("a"), ""}}};
  Pipeline pipeline{};
  std::vector<Finding> findings{};
};

TEST_F(TheRules, AreThoseOfTheConfiguration) {
  pipeline.trust = {.keys = {{"acme", key, {"com.acme.*"}}},
                    .deny = {to_string(digest_of("bad"))},
                    .lock = write("plugins.lock", print(lock))};
  const auto rules = read();
  EXPECT_EQ(report(findings), "");
  EXPECT_EQ(rules.keys,
            (std::vector<TrustedKey>{{"acme", *parse_public_key(key), {"com.acme.*"}}}));
  EXPECT_EQ(rules.denied, std::vector<Digest>{digest_of("bad")});
  EXPECT_EQ(rules.accepted, lock);
  EXPECT_EQ(rules.first_party, Lock{});
}

TEST_F(TheRules, NameThePlaceOfEachMistake) {
  pipeline.trust = {.keys = {{"acme", "RWQ", {"a.*"}},
                             {"one", key, {"a.*"}},
                             {"two", key, {"a.*"}},
                             {"one", other_key, {"a.*"}}},
                    .deny = {"0a1b"},
                    .lock = folder / "none.lock"};
  int line = 0;
  for (const std::string place :
       {"trust.keys[0].key", "trust.keys[2]", "trust.keys[3]", "trust.deny[0]", "trust.lock"})
    pipeline.positions[place] = {"hotel.yaml", ++line, 5};
  (void)read();
  EXPECT_EQ(report(findings),
            "hotel.yaml:1:5: error: it is no public key: it has not the two lines of a minisign "
            "public key\n"
            "hotel.yaml:2:5: error: \"two\" and \"one\" are the same key\n"
            "hotel.yaml:3:5: error: \"one\" names two keys\n"
            "hotel.yaml:4:5: error: \"0a1b\" is no BLAKE2b-512 hash; b2sum FILE prints it\n"
            "hotel.yaml:5:5: error: file " +
                (folder / "none.lock").string() +
                " does not exist; write it with: conserje plugins lock --config CONFIG\n"
                "5 errors, 0 warnings\n");
}

TEST_F(TheRules, TakeTheLockFileBesideTheExecutableOrWhereThePackagePutsIt) {
  EXPECT_EQ(first_party_lock("/usr/bin/conserje"), "/usr/lib/conserje/plugins/plugins.lock");
  write("lib/conserje/plugins/plugins.lock", print(lock));
  EXPECT_EQ(read().first_party, lock);
  write("bin/plugins/plugins.lock", print(Lock{}));
  EXPECT_EQ(read().first_party, Lock{});
  EXPECT_EQ(report(findings), "");
}

TEST_F(TheRules, DoNotPassOverADamagedLockFile) {
  const auto file = write("bin/plugins/plugins.lock", "rubbish\n");
  (void)read();
  EXPECT_EQ(report(findings), file.string() + ": error: " + file.string() +
                                  ": line 1 is not `ID VERSION HASH KEY`; build or install the "
                                  "host again\n1 error, 0 warnings\n");
}

TEST_F(TheRules, FindASignatureBesideItsFile) {
  const auto plugin = write("sink.so", "");
  EXPECT_EQ(read_paper(plugin, ".minisig"), Result(std::optional<std::string>()));
  write("sink.so.minisig", "text");
  EXPECT_EQ(read_paper(plugin, ".minisig"), Result(std::optional<std::string>("text")));
}

TEST_F(TheRules, AskForTheConformanceThatTheConfigurationWants) {
  pipeline.trust.require_conformance = 7;
  EXPECT_EQ(trust_rules(pipeline, findings).conformance, 7U);
}

TEST_F(TheRules, DoNotPassOverASignatureThatCannotBeRead) {
  const auto plugin = write("sink.so", "");
  fs::create_symlink("/nowhere", folder / "sink.so.minisig");
  EXPECT_FALSE(read_paper(plugin, ".minisig"));
}

}  // namespace
}  // namespace conserje
