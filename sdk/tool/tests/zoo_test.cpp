// The kit's own test: a bad plugin is caught by the check that should catch it, and a good one by
// none. The tool runs as its users run it.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "kit/check.hpp"
#include "kit/generate.hpp"

namespace conserje::kit {
namespace {

namespace fs = std::filesystem;

struct Caught {
  std::string animal;  // zoo/<animal>.c, or what CMakeLists.txt makes of good_serial.c.
  std::string check;   // That must fail.
};

const std::vector<Caught>& zoo() {
  static const std::vector<Caught> all = {
      {"no_manifest", "static.elf"},
      {"manifest_not_json", "static.manifest"},
      {"manifest_next_abi", "static.manifest"},
      {"manifest_unknown_keyword", "static.manifest"},
      {"manifest_no_licence", "static.names"},
      {"manifest_bad_example", "static.examples"},
      {"manifest_open_secret", "static.secrets"},
      {"exports_more", "static.exports"},
      {"not_relro", "static.relro"},
      {"binds_late", "static.now"},
      {"executable_stack", "static.stack"},
      {"static_tls", "static.tls"},
      {"library_path", "static.rpath"},
      {"imports_fork", "static.imports"},
      {"undefined_symbol", "load.symbols"},
      {"constructor_crashes", "load.symbols"},
      {"entry_null", "load.symbols"},
      {"constructor_thread", "load.threads"},
      {"constructor_opens", "load.descriptors"},
      {"constructor_writes", "load.output"},
      {"constructor_signal", "load.process"},
      {"any_abi", "load.other_abi"},
      {"entry_once", "load.again"},
      {"every_extension", "load.extension"},
      {"create_without_instance", "life.create"},
      {"config_unchecked", "life.bytes"},
      {"leaks_instance", "life.leak"},
      {"keeps_config", "life.borrowed"},
      {"reads_whole_host", "life.smaller_host"},
      {"needs_services", "life.bare_host"},
      {"create_thread", "life.quiet"},
      {"thread_left", "life.threads"},
      {"talks_after_drain", "life.silence"},
      {"health_prose", "life.health"},
      {"logs_secret", "calls.secrets"},
      {"one_for_all", "calls.two"},
      {"leaks_descriptor", "life.leak_open"},
      {"throws", "calls.valid"},
      {"throws_statically", "calls.valid"},
      {"hangs", "calls.valid"},
      {"exits", "calls.valid"},
      {"aborts", "calls.valid"},
      {"segfaults", "calls.valid"},
      {"frees_twice", "calls.valid"},
      {"overruns", "calls.valid"},
      {"double_release", "calls.valid"},
      {"oversized_reply", "calls.valid"},
      {"reply_not_utf8", "calls.valid"},
      {"reply_not_json", "calls.valid"},
      {"reply_without_release", "calls.valid"},
      {"reply_in_request", "calls.valid"},
      {"status_of_its_own", "calls.valid"},
      {"writes_behind", "calls.valid"},
      {"reads_to_nul", "calls.valid"},
      {"writes_request", "calls.valid"},
      {"unsupported", "calls.supported"},
      {"reply_of_its_own", "calls.replies"},
      {"fewer_results", "calls.replies"},
      {"bug_for_input", "calls.broken"},
      {"recurses", "calls.deep"},
      {"reads_attachment", "calls.attachments"},
      {"answers_anything", "calls.unknown_method"},
      {"writes_stdout", "calls.output"},
      {"closes", "calls.descriptors"},
      {"leaks_per_call", "calls.descriptors"},
      {"forks", "calls.process"},
      {"fork_returns", "calls.process"},
      {"takes_signal", "calls.process"},
      {"sets_locale", "calls.process"},
      {"changes_folder", "calls.process"},
      {"calls_elsewhere", "calls.host"},
      {"guest_in_error", "calls.guests"},
      {"guest_in_log", "calls.guests"},
      {"manifest_waiting_inline", "calls.inline"},
      {"static_reply", "calls.replies_stay"},
      {"bound_to_thread", "calls.threads"},
      {"reads_whole_call", "calls.smaller"},
      {"leaks_per_reply", "calls.leak"},
      {"asks_forever", "time.hung"},
      {"lies_of_silence", "time.truth"},
      {"deaf_to_cancel", "time.cancel"},
      {"cancel_waits", "time.cancel_quick"},
      {"health_waits", "time.health"},
      {"drain_waits", "time.drain"},
      {"waits_busily", "time.busy"},
      {"spins", "time.idle"},
      {"one_at_a_time", "threads.load"},
      {"late_by_thread", "threads.late"},
      {"ok_after_500", "faults.500"},
      {"ok_after_302", "faults.302"},
      {"gives_up_429", "faults.429"},
      {"believes_replies", "faults.bodies"},
      {"unknown_status", "faults.statuses"},
      {"kv_unchecked", "faults.kv"},
      {"clock_believer", "faults.clock"},
      {"secret_unchecked", "faults.secrets"},
      {"sulks", "faults.recovers"},
      {"malloc_unchecked", "faults.memory"},
      {"state_promised", "reload.state"},
      {"state_forgotten", "reload.state"},
      {"state_of_anybody", "reload.foreign_state"},
      {"grows_slowly", "soak.memory"},
  };
  return all;
}

/// The exit status of `conserje-plugin test`, and its JSON.
struct Outcome {
  int status = -1;
  Json report{};
};

Outcome test(const fs::path& plugin, const std::string& arguments) {
  static int count = 0;
  const auto json = fs::path(testing::TempDir()) / ("tool-" + std::to_string(::getpid()) + "-" +
                                                    std::to_string(count++) + ".json");
  // What an animal leaks is no business of the tool's own sanitizer.
  const auto command = std::string("ASAN_OPTIONS=detect_leaks=0 ") + CONSERJE_TOOL + " test " +
                       arguments + " --json " + json.string() + " " + plugin.string() + " > " +
                       json.string() + ".txt 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream in(json);
  Outcome outcome{.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128,
                  .report = Json::parse(in, nullptr, false)};
  fs::remove(json);
  fs::remove(json.string() + ".txt");
  return outcome;
}

fs::path animal(const std::string& name) { return fs::path(CONSERJE_ZOO) / (name + ".so"); }

bool long_counts() { return std::getenv("CONSERJE_ALL") != nullptr; }

class ABadPlugin : public testing::TestWithParam<Caught> {};

TEST_P(ABadPlugin, IsCaughtByTheCheckThatShould) {
  const auto outcome =
      test(animal(GetParam().animal), "--slow 1 --time-limit 5 --only " + GetParam().check);
  EXPECT_EQ(outcome.status, 1) << outcome.report.dump(2);
  ASSERT_EQ(outcome.report["checks"].size(), 1U) << outcome.report.dump(2);
  const auto& check = outcome.report["checks"][0];
  EXPECT_EQ(check["outcome"], "failed");
  EXPECT_NE(check["found"], "");
  EXPECT_NE(check["needed"], "");
}

TEST_P(ABadPlugin, PassesTheLevelsBelow) {
  const Check* check = find_check(GetParam().check);
  ASSERT_NE(check, nullptr);
  if (check->level == 1) return;
  // In one process, as nothing below is expected to end it; each in its own with all counts.
  const auto outcome =
      test(animal(GetParam().animal), std::string(long_counts() ? "" : "--in-process ") +
                                          "--level " + std::to_string(check->level - 1));
  EXPECT_EQ(outcome.status, 0) << outcome.report.dump(2);
}

INSTANTIATE_TEST_SUITE_P(Zoo, ABadPlugin, testing::ValuesIn(zoo()),
                         [](const auto& each) { return each.param.animal; });

/// A plugin without fault, and what the kit is told of it.
struct Good {
  std::string name;
  fs::path file;
  std::string arguments{};
};

std::vector<Good> good_plugins() {
  const fs::path tree = CONSERJE_TREE_PLUGINS;
  return {{"serial", animal("good_serial")},
          {"c_channel", animal("good_channel")},
          {"c_pms", animal("good_pms")},
          {"c_sink", animal("good_sink")},
          {"c_nlu", animal("good_nlu")},
          {"c_speech", animal("good_speech")},
          {"webhook", tree / "sink_webhook.so"},
          {"whatsapp", tree / "channel_whatsapp.so"},
          {"mock", tree / "pms_mock.so",
           "--config " CONSERJE_SDK "/tool/tests/no_faults.json "},  // Its example has faults.
          {"builtin", tree / "nlu_builtin.so"}};
}

class AGoodPlugin : public testing::TestWithParam<Good> {};

TEST_P(AGoodPlugin, PassesLevelSevenWhateverTheSeed) {
  const int runs = long_counts() ? 20 : 1;
  for (int seed = 1; seed <= runs; ++seed) {
    const auto outcome =
        test(GetParam().file, GetParam().arguments + "--level 7 --seed " + std::to_string(seed));
    ASSERT_EQ(outcome.status, 0) << "seed " << seed << '\n' << outcome.report.dump(2);
  }
}

TEST_P(AGoodPlugin, PassesEveryLevelWithLongCounts) {
  if (!long_counts()) return;
  const auto outcome =
      test(GetParam().file, GetParam().arguments + "--level 10 --conserje " CONSERJE_HOST);
  EXPECT_EQ(outcome.status, 0) << outcome.report.dump(2);
}

void PrintTo(const Good& good, std::ostream* out) { *out << good.name; }
void PrintTo(const Caught& caught, std::ostream* out) { *out << caught.animal; }

INSTANTIATE_TEST_SUITE_P(Zoo, AGoodPlugin, testing::ValuesIn(good_plugins()),
                         [](const auto& each) { return each.param.name; });

TEST(Kit, HasAHundredChecksWithIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  std::size_t count = 0;
  for (int level = 1; level <= kLevels; ++level)
    for (const Check& check : checks_of(level)) {
      ids.insert(check.id);
      EXPECT_EQ(check.level, level) << check.id;
      ++count;
    }
  EXPECT_EQ(ids.size(), count);
  EXPECT_GE(count, 100U);
}

TEST(Kit, HasAtLeastFiftyBadPluginsAndTenGoodOnes) {
  EXPECT_GE(zoo().size(), 50U);
  EXPECT_EQ(good_plugins().size(), 10U);
}

TEST(Kit, ReloadsAHundredGenerationsUnderTraffic) {
  const auto outcome =
      test(animal("good_serial"), "--only reload.generations --only reload.unload");
  EXPECT_EQ(outcome.status, 0) << outcome.report.dump(2);
}

TEST(Kit, FindsNoFaultWithAStateThatIsKept) {
  const auto outcome =
      test(animal("state_kept"), "--only reload.state --only reload.foreign_state");
  EXPECT_EQ(outcome.status, 0) << outcome.report.dump(2);
}

TEST(Kit, FindsTheSameAnswersInAWorker) {
  const auto outcome = test(animal("good_sink"),
                            "--only parity.calls --only parity.faults --conserje " CONSERJE_HOST);
  EXPECT_EQ(outcome.status, 0) << outcome.report.dump(2);
  EXPECT_EQ(outcome.report["passed"], 2);
}

TEST(Kit, DoesNotKnowAnUnknownCheck) {
  EXPECT_EQ(test(animal("good_serial"), "--only calls.unheard").status, 2);
}

TEST(Kit, SaysThatAFileIsNotThere) { EXPECT_EQ(test("/nowhere.so", "--level 1").status, 2); }

}  // namespace
}  // namespace conserje::kit
