#include "plugin/registry.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "conserje/sink_types.hpp"
#include "plugin/plugin_change.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

PluginUse use_of(const std::string& name, const std::string& use, nlohmann::json config,
                 bool required = true) {
  PluginUse out{.name = name, .use = use, .required = required};
  if (!use.starts_with('/')) out.kind = use.substr(0, use.find('/'));
  out.allow_unsigned = true;  // Nobody signs test plugins.
  out.config = std::move(config);
  out.positions[""] = {"hotel.yaml", 7, 3};
  return out;
}

/// Everything that a start needs, with the test plugins' folder.
class ARegistry : public testing::Test {
 protected:
  World world{};
  SecretStore secrets{};
  std::vector<Finding> findings{};
  fs::path folder = CONSERJE_TEST_PLUGINS;

  std::vector<InspectedPlugin> inspect(std::vector<PluginUse> uses) {
    return inspect_plugins(uses, {&folder, 1}, {}, Mode::development, secrets, findings);
  }
  std::unique_ptr<Registry> open(std::vector<PluginUse> uses) {
    auto sources = world.sources();
    sources.secrets = [this](std::string_view plugin, std::string_view handle) {
      return secrets.reveal(plugin, handle);
    };
    return Registry::open(inspect(std::move(uses)), sources, findings);
  }
  /// What is found about the plugin "staff", which is to be test plugin `use`.
  std::string found(const std::string& use, bool required = true) {
    (void)inspect({use_of("staff", use, nlohmann::json::object(), required)});
    return report(findings);
  }
};

TEST_F(ARegistry, RunsSeveralInstancesOfOneFile) {
  auto registry = open({use_of("staff", "sink/good", {{"url", "https://a.example"}}),
                        use_of("owner", "sink/good", {{"url", "https://b.example"}})});
  registry->start(findings);
  EXPECT_EQ(report(findings), "");
  ASSERT_EQ(registry->all().size(), 2U);
  EXPECT_EQ(registry->find("owner")->call({}, sink::method::deliver, R"({"config":1})"),
            Result<Reply>(Reply{R"({"url":"https://b.example"})", {}}));
  EXPECT_EQ(registry->find("guest"), nullptr);
}

TEST_F(ARegistry, LoadsAFileByItsPath) {
  const auto plugins =
      inspect({use_of("staff", (folder / "sink_good.so").string(), nlohmann::json::object())});
  ASSERT_EQ(plugins.size(), 1U) << report(findings);
  EXPECT_EQ(plugins[0].use.kind, "sink");
  EXPECT_EQ(plugins[0].manifest.id, "test.sink.good");
}

TEST_F(ARegistry, GivesThePluginHandlesInPlaceOfSecrets) {
  auto registry = open({use_of("staff", "sink/good", {{"token", "t0ken-of-length"}})});
  registry->start(findings);
  ASSERT_NE(registry->find("staff"), nullptr) << report(findings);
  EXPECT_EQ(registry->find("staff")->call({}, sink::method::deliver, R"({"config":1})"),
            Result<Reply>(Reply{R"({"token":"secret:staff/token"})", {}}));
}

TEST_F(ARegistry, DrainsInReverseAndForgets) {
  auto registry = open({use_of("staff", "sink/good", nlohmann::json::object())});
  registry->start(findings);
  EXPECT_EQ(registry->drain(world.clock.monotonic() + Millis(1'000)), std::vector<std::string>{});
  EXPECT_EQ(registry->find("staff"), nullptr);
}

TEST_F(ARegistry, NamesTheNearestPluginWhenAFileIsMissing) {
  EXPECT_EQ(found("sink/god"),
            "hotel.yaml:7:3: error: plugin \"staff\": sink/god is not installed: there is no "
            "sink_god.so\n"
            "    needed: this file in one of " +
                folder.string() +
                "\n"
                "    who must act: the operator of this host\n"
                "    do: did you mean `use: sink/good`? If not, name the folder that holds it: "
                "plugin_path: [FOLDER]\n"
                "1 error, 0 warnings\n");
}

TEST_F(ARegistry, RefusesAPluginForAnotherAbiBeforeItsCodeRuns) {
  EXPECT_EQ(found("sink/abi2"),
            "hotel.yaml:7:3: error: plugin \"staff\": " + (folder / "sink_abi2.so").string() +
                ": it is for ABI 2 to 3\n"
                "    needed: a plugin for ABI 1, which this host speaks\n"
                "    who must act: the operator of this host\n"
                "    do: upgrade the host: apt-get install --only-upgrade conserje\n"
                "1 error, 0 warnings\n");
}

TEST_F(ARegistry, JudgesAFileForEachOfItsUses) {
  auto unsigned_use = use_of("owner", "sink/good", nlohmann::json::object(), false);
  unsigned_use.allow_unsigned = false;
  const auto plugins =
      inspect({use_of("staff", "sink/good", nlohmann::json::object()), unsigned_use});
  ASSERT_EQ(plugins.size(), 1U);
  EXPECT_EQ(plugins[0].use.name, "staff");
  EXPECT_EQ(plugins[0].use.isolation, Isolation::in_process);
  EXPECT_EQ(plugins[0].vouched, (Vouched{.digest = digest_of(plugins[0].image->bytes())}));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_TRUE(findings[0].found.find("it is unsigned") != std::string::npos) << report(findings);
}

TEST_F(ARegistry, RefusesASharedObjectWithoutAManifest) {
  EXPECT_EQ(found("sink/no_note"),
            "hotel.yaml:7:3: error: plugin \"staff\": " + (folder / "sink_no_note.so").string() +
                ": it carries no manifest, so it is not a plugin\n"
                "    needed: a note in the ELF section .note.conserje\n"
                "    who must act: the vendor of the plugin\n"
                "    do: build it with conserje_add_plugin (sdk/cmake/ConserjePlugin.cmake)\n"
                "1 error, 0 warnings\n");
}

TEST_F(ARegistry, RefusesAPluginThatExportsMore) {
  const auto text = found("sink/two_exports");
  EXPECT_NE(text.find(": it exports "), std::string::npos) << text;
  EXPECT_NE(text.find("second"), std::string::npos) << text;
}

TEST_F(ARegistry, RefusesATextFile) {
  const auto file = fs::temp_directory_path() / ("text." + std::to_string(::getpid()) + ".so");
  std::ofstream(file) << "hello";
  EXPECT_EQ(found(file.string()), "hotel.yaml:7:3: error: plugin \"staff\": " + file.string() +
                                      ": it is not an ELF file: it begins with \"hello\"\n"
                                      "    needed: a plugin: a shared object for Linux\n"
                                      "    who must act: the operator of this host\n"
                                      "    do: name the plugin's .so file, or install it again\n"
                                      "1 error, 0 warnings\n");
  fs::remove(file);
}

TEST_F(ARegistry, RefusesAPluginOfAnotherKind) {
  const auto good = folder / "sink_good.so";
  folder = fs::temp_directory_path() / ("registry_test." + std::to_string(::getpid()));
  fs::create_directories(folder);
  const auto file = folder / "pms_staff.so";
  fs::copy_file(good, file);
  EXPECT_EQ(found("pms/staff"),
            "hotel.yaml:7:3: error: plugin \"staff\": " + file.string() +
                ": it is of the kind sink\n"
                "    needed: one of the kind pms\n"
                "    who must act: the operator of this host\n"
                "    do: install the right file in its place, or load this one by its path: use: "
                "./FILE.so\n"
                "1 error, 0 warnings\n");
  fs::remove_all(folder);
}

TEST_F(ARegistry, ReportsEveryPluginAtOnce) {
  auto registry = open({use_of("one", "sink/none", nlohmann::json::object()),
                        use_of("two", "sink/abi2", nlohmann::json::object()),
                        use_of("three", "sink/good", {{"colour", "red"}}),
                        use_of("four", "sink/undefined", nlohmann::json::object())});
  EXPECT_EQ(findings.size(), 4U) << report(findings);
  EXPECT_TRUE(has_errors(findings));
  EXPECT_TRUE(registry->all().empty());
}

TEST_F(ARegistry, GoesOnWithoutAPluginThatIsNotRequired) {
  auto registry = open({use_of("one", "sink/none", nlohmann::json::object(), false),
                        use_of("two", "sink/undefined", nlohmann::json::object(), false),
                        use_of("three", "sink/good", nlohmann::json::object(), false)});
  registry->start(findings);
  EXPECT_EQ(findings.size(), 2U);
  EXPECT_FALSE(has_errors(findings)) << report(findings);
  ASSERT_EQ(registry->all().size(), 1U);
  EXPECT_EQ(registry->all()[0]->name(), "three");
}

TEST_F(ARegistry, AMistakeInTheConfigIsAnErrorOfEveryPlugin) {
  (void)inspect({use_of("staff", "sink/good", {{"colour", "red"}}, false)});
  EXPECT_TRUE(has_errors(findings));
}

TEST_F(ARegistry, TellsWhatAPluginSaysAgainstItsConfig) {
  auto registry = open({use_of("staff", "sink/good", {{"fail", "create"}})});
  EXPECT_EQ(report(findings),
            "hotel.yaml:7:3: error: plugin \"staff\": create failed (config): url is not one of "
            "ours\n"
            "    needed: what the plugin asks for\n"
            "    who must act: the operator of this host\n"
            "    do: correct its `config`, then look again with: conserje check\n"
            "1 error, 0 warnings\n");
}

TEST_F(ARegistry, LeavesOutWhatDoesNotStart) {
  auto registry = open({use_of("staff", "sink/good", {{"fail", "start"}}),
                        use_of("owner", "sink/good", nlohmann::json::object())});
  registry->start(findings);
  EXPECT_EQ(report(findings),
            "hotel.yaml:7:3: error: plugin \"staff\": start failed (auth): the token was not "
            "accepted\n"
            "    needed: what the plugin asks for\n"
            "    who must act: the operator of this host\n"
            "    do: correct its `config`, then look again with: conserje check\n"
            "1 error, 0 warnings\n");
  EXPECT_EQ(registry->find("staff"), nullptr);
  EXPECT_NE(registry->find("owner"), nullptr);
}

TEST_F(ARegistry, SendsABugToTheVendor) {
  auto registry = open({use_of("staff", "sink/no_instance", nlohmann::json::object())});
  EXPECT_EQ(report(findings),
            "hotel.yaml:7:3: error: plugin \"staff\": create failed (bug): create returned no "
            "instance\n"
            "    needed: a plugin that keeps to cj.h\n"
            "    who must act: the vendor of the plugin\n"
            "    do: report it with its version, 1.0.0\n"
            "1 error, 0 warnings\n");
}

// ---- Reload

constexpr std::string_view kConfig = R"({"config":1})";

nlohmann::json url(const std::string& value) { return {{"url", "https://" + value + ".example"}}; }

/// A registry whose plugin "staff" runs and can be reloaded.
class AReload : public ARegistry {
 protected:
  std::unique_ptr<Registry> start(const std::string& use, nlohmann::json config) {
    auto registry = open({use_of("staff", use, std::move(config))});
    registry->start(findings);
    EXPECT_EQ(report(findings), "");
    return registry;
  }
  /// What the reload of "staff" with another config says; empty: it was reloaded.
  std::string reload(Registry& registry, const std::string& use, nlohmann::json config) {
    const auto next = inspect({use_of("staff", use, std::move(config))});
    EXPECT_EQ(next.size(), 1U) << report(findings);
    PluginChange change(registry);
    const auto done = change.make(next.front(), Millis(10'000));
    if (!done) return done.error().message;
    change.commit();
    change.end_former(Millis(10'000));
    return {};
  }
  static std::string config_of(Registry& registry) {
    const auto reply = registry.find("staff")->call({}, sink::method::deliver, kConfig);
    return reply ? reply->head : reply.error().message;
  }
};

TEST_F(AReload, PutsANewInstanceInThePlaceOfTheOldOne) {
  auto registry = start("sink/good", url("a"));
  EXPECT_EQ(reload(*registry, "sink/good", url("b")), "");
  EXPECT_EQ(config_of(*registry), R"({"url":"https://b.example"})");
  EXPECT_EQ(registry->find("staff")->generation(), 2U);
}

TEST_F(AReload, KnowsWhatRuns) {
  auto registry = start("sink/good", url("a"));
  EXPECT_TRUE(registry->runs(inspect({use_of("staff", "sink/good", url("a"))}).front()));
  EXPECT_FALSE(registry->runs(inspect({use_of("staff", "sink/good", url("b"))}).front()));
  EXPECT_FALSE(registry->runs(inspect({use_of("staff", "sink/zoo", url("a"))}).front()));
}

TEST_F(AReload, KeepsTheOldInstanceWhenTheNewOneIsNotMade) {
  auto registry = start("sink/good", url("a"));
  for (const auto* step : {"create", "start"})
    EXPECT_NE(reload(*registry, "sink/good", {{"fail", step}}), "");
  EXPECT_EQ(config_of(*registry), R"({"url":"https://a.example"})");
  EXPECT_EQ(registry->find("staff")->generation(), 1U);
}

TEST_F(AReload, RefusesNoCall) {
  world.calls_apart = true;
  auto registry = start("sink/apart", url("a"));
  std::atomic<bool> done{false};
  std::atomic<int> answered{0}, refused{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 2; ++i)
      callers.emplace_back([&] {
        while (!done) {
          const auto reply = registry->find("staff")->call({}, sink::method::deliver, kConfig);
          ++(reply ? answered : refused);
        }
      });
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(reload(*registry, "sink/apart", url(std::to_string(i))), "");
    done = true;
  }
  EXPECT_GT(answered, 0);
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(registry->find("staff")->generation(), 21U);
}

TEST_F(AReload, StopsAnExclusivePluginFirst) {
  auto registry = start("sink/alone", url("a"));
  const auto before = registry->find("staff")->running()->manifest().id;
  EXPECT_EQ(reload(*registry, "sink/alone", url("b")), "");
  EXPECT_EQ(config_of(*registry), R"({"url":"https://b.example"})");
  EXPECT_EQ(registry->find("staff")->running()->manifest().id, before);
}

TEST_F(AReload, MakesAnExclusivePluginAgainWhenTheNextOneFails) {
  auto registry = start("sink/alone", url("a"));
  EXPECT_NE(reload(*registry, "sink/alone", {{"fail", "start"}}), "");
  EXPECT_EQ(config_of(*registry), R"({"url":"https://a.example"})");
  EXPECT_EQ(registry->find("staff")->health().state, HealthState::degraded);
}

TEST_F(AReload, ACallWaitsForTheNextInstanceOfAnExclusivePlugin) {
  auto registry = start("sink/alone", url("a"));
  auto& plugin = *registry->find("staff");
  auto instance = std::const_pointer_cast<PluginInstance>(plugin.running());
  EXPECT_FALSE(plugin.take_out().recall(Millis(0)));  // The pointer above has borrowed it.
  EXPECT_EQ(
      plugin.call({.deadline = world.clock.monotonic() + Millis(1)}, sink::method::deliver,
                  kConfig),
      Result<Reply>(Error{ErrorClass::retry, "plugin staff is being replaced", Millis(1'000)}));
  std::jthread later([&] { plugin.put_back(instance); });
  EXPECT_TRUE(plugin.call({}, sink::method::deliver, kConfig));
}

TEST_F(AReload, SetsABoundToTheImagesOfOneProcess) {
  auto registry = start("sink/good", url("a"));
  std::string said;
  int reloads = 0;
  // Two files in turn: each is another image than the one before.
  while (said.empty() && reloads < 40)
    said = reload(*registry, ++reloads % 2 == 0 ? "sink/good" : "sink/alone", url("b"));
  EXPECT_EQ(reloads, 16);
  EXPECT_EQ(said.substr(0, said.find('\n')),
            "this process has loaded 16 files for it, one after the other, and cannot give them "
            "back");
}

// ---- A change of several

/// A registry whose plugins change together.
class AChange : public AReload {
 protected:
  std::unique_ptr<Registry> registry = start("sink/good", url("a"));

  Status make(PluginChange& change, const std::string& name, const std::string& use,
              nlohmann::json config) {
    const auto next = inspect({use_of(name, use, std::move(config))});
    EXPECT_EQ(next.size(), 1U) << report(findings);
    return change.make(next.front(), Millis(10'000));
  }
  void commit(PluginChange& change) {
    change.commit();
    change.end_former(Millis(10'000));
  }
};

TEST_F(AChange, AddsAPlugin) {
  PluginChange change(*registry);
  ASSERT_TRUE(make(change, "owner", "sink/good", url("b")));
  EXPECT_EQ(registry->find("owner"), nullptr);
  commit(change);
  ASSERT_NE(registry->find("owner"), nullptr);
  EXPECT_TRUE(registry->find("owner")->call({}, sink::method::deliver, kConfig));
}

TEST_F(AChange, RemovesAPlugin) {
  const auto held = registry->find("staff");
  PluginChange change(*registry);
  change.remove("staff");
  EXPECT_TRUE(held->call({}, sink::method::deliver, kConfig));
  commit(change);
  EXPECT_EQ(registry->find("staff"), nullptr);
  EXPECT_FALSE(held->call({.deadline = world.clock.monotonic()}, sink::method::deliver, kConfig));
}

TEST_F(AChange, SendsNoCallToWhatIsNotCommitted) {
  {
    PluginChange change(*registry);
    ASSERT_TRUE(make(change, "staff", "sink/good", url("b")));
    ASSERT_TRUE(make(change, "owner", "sink/good", url("b")));
    EXPECT_EQ(config_of(*registry), R"({"url":"https://a.example"})");
  }
  EXPECT_EQ(config_of(*registry), R"({"url":"https://a.example"})");
  EXPECT_EQ(registry->all().size(), 1U);
  EXPECT_EQ(registry->find("staff")->generation(), 1U);
}

TEST_F(AChange, IsTakenBackWholeWhenOneOfItsPluginsFails) {
  auto alone =
      open({use_of("staff", "sink/alone", url("a")), use_of("owner", "sink/good", url("a"))});
  alone->start(findings);
  {
    PluginChange change(*alone);
    ASSERT_TRUE(make(change, "staff", "sink/alone", url("b")));  // Ends the one before.
    EXPECT_FALSE(make(change, "owner", "sink/good", {{"fail", "start"}}));
  }
  EXPECT_EQ(config_of(*alone), R"({"url":"https://a.example"})");
  EXPECT_EQ(alone->find("staff")->generation(), 1U);
}

TEST_F(AChange, KnowsWhoseCallsWait) {
  auto alone =
      open({use_of("staff", "sink/alone", url("a")), use_of("owner", "sink/good", url("a"))});
  const PluginChange change(*alone);
  EXPECT_TRUE(change.holds_up_calls(inspect({use_of("staff", "sink/alone", url("b"))}).front()));
  EXPECT_FALSE(change.holds_up_calls(inspect({use_of("owner", "sink/good", url("b"))}).front()));
  EXPECT_FALSE(change.holds_up_calls(inspect({use_of("new", "sink/alone", url("b"))}).front()));
}

// ---- State that is handed over

/// Reloads of a plugin that counts its calls and hands the count over.
class AState : public AReload, public testing::WithParamInterface<const char*> {
 protected:
  std::unique_ptr<Registry> registry = start(GetParam(), nlohmann::json::object());

  std::string reload_failing_at(const std::string& step) {
    return reload(*registry, GetParam(), {{"fail", step}});
  }
};

TEST_P(AState, IsHandedToTheNextInstance) {
  EXPECT_EQ(config_of(*registry), R"({"count":1})");
  EXPECT_EQ(reload(*registry, GetParam(), url("b")), "");
  EXPECT_EQ(config_of(*registry), R"({"count":2})");
}

TEST_P(AState, StaysWithTheInstanceBeforeWhenTheNextOneFails) {
  EXPECT_EQ(config_of(*registry), R"({"count":1})");
  for (const auto* step : {"import", "start"}) EXPECT_NE(reload_failing_at(step), "") << step;
  EXPECT_EQ(config_of(*registry), R"({"count":2})");
  EXPECT_EQ(registry->find("staff")->generation(), 1U);
}

TEST_P(AState, ThatIsNotHandedOverEndsTheReload) {
  for (const auto* step : {"export", "huge export"}) {
    auto liar = start(GetParam(), {{"fail", step}});
    const auto said = reload(*liar, GetParam(), url("b"));
    EXPECT_EQ(said.substr(0, said.find(':')), "it does not hand over its state") << step;
    EXPECT_EQ(config_of(*liar), R"({"count":1})") << step;
  }
}

TEST_P(AState, GoesBackWhenTheChangeIsGivenUp) {
  EXPECT_EQ(config_of(*registry), R"({"count":1})");
  {
    PluginChange change(*registry);
    EXPECT_TRUE(
        change.make(inspect({use_of("staff", GetParam(), url("b"))}).front(), Millis(10'000)));
  }
  EXPECT_EQ(config_of(*registry), R"({"count":2})");
}

TEST_P(AState, IsNotHandedToAnotherPlugin) {
  EXPECT_EQ(config_of(*registry), R"({"count":1})");
  EXPECT_EQ(reload(*registry, "sink/good", url("b")), "");
  EXPECT_EQ(reload(*registry, GetParam(), url("b")), "");
  EXPECT_EQ(config_of(*registry), R"({"count":1})");
}

INSTANTIATE_TEST_SUITE_P(Registry, AState, testing::Values("sink/state", "sink/state_alone"),
                         [](const auto& each) {
                           return std::string(each.param).substr(std::string("sink/").size());
                         });

TEST(PluginFolders, AreSearchedInThisOrder) {
  const fs::path configured[] = {"/usr/lib/conserje/plugins"};
  EXPECT_EQ(
      plugin_folders("/a::/b", configured, "/opt/conserje/bin/conserje"),
      (std::vector<fs::path>{"/a", "/b", "/usr/lib/conserje/plugins", "/opt/conserje/bin/plugins",
                             "/opt/conserje/lib/conserje/plugins"}));
  EXPECT_EQ(plugin_folders("", {}, "/x/conserje"),
            (std::vector<fs::path>{"/x/plugins", "/lib/conserje/plugins"}));
}

}  // namespace
}  // namespace conserje
