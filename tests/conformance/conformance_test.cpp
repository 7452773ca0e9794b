// The contract of cj.h, held against every plugin that was built: each file of the folder is one
// parameter. The address sanitizer is part of the judgement: what is leaked or released twice ends
// the test.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "pipeline/schema.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/registry.hpp"
#include "plugin/trust_rules.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> built_plugins() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(CONSERJE_TEST_PLUGINS, none))
    if (entry.path().extension() == ".so") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

/// A value that fits the schema: its example or default where it has one.
Json sample(const Json& schema) {
  if (schema.contains("examples")) return schema["examples"].at(0);
  if (schema.contains("default")) return schema["default"];
  if (schema.contains("const")) return schema["const"];
  if (schema.contains("enum")) return schema["enum"].at(0);
  const auto type = schema.value("type", "object");
  if (type == "string" && schema.value("format", "") == "uri") return "https://plugin.example/x";
  if (type == "string") return std::string(schema.value("minLength", 24U), 'x');
  if (type == "integer" || type == "number") return schema.value("minimum", 1);
  if (type == "boolean") return false;
  if (type == "array")
    return schema.value("minItems", 0) > 0 ? Json::array({sample(schema["items"])}) : Json::array();
  Json object = Json::object();
  for (const auto& name : schema.value("required", Json::array()))
    object[name] = sample(schema["properties"][name.get<std::string>()]);
  return object;
}

void expect_no_bug(const Result<Reply>& reply, const std::string& asked) {
  if (reply) return;
  EXPECT_NE(reply.error().error_class, ErrorClass::bug)
      << asked.substr(0, 40) << ": " << reply.error().message;
}

/// The rules of a host without `trust:`, with the lock file that the build wrote.
TrustRules rules_of_the_build() {
  const auto lock = read_lock(fs::path(CONSERJE_TEST_PLUGINS) / kLockFileName);
  EXPECT_TRUE(lock) << lock.error().message;
  return {.first_party = lock ? *lock : Lock{}};
}

class APlugin : public testing::TestWithParam<std::string> {
 protected:
  World world{};
  SecretStore secrets{};

  std::shared_ptr<const SealedImage> image() const {
    auto copied = SealedImage::copy(test_plugin(GetParam()));
    EXPECT_TRUE(copied) << copied.error().message;
    return copied ? *copied : nullptr;
  }
  Manifest manifest() const {
    auto read = read_manifest(image()->bytes(), Platform::current());
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : Manifest{};
  }
  std::string kind() const { return GetParam().substr(0, GetParam().find('_')); }
  std::string name() const { return GetParam().substr(kind().size() + 1); }

  ServiceSources sources() {
    auto all = world.sources();
    all.secrets = [this](std::string_view plugin, std::string_view handle) {
      return secrets.reveal(plugin, handle);
    };
    return all;
  }

  /// The plugin as a host runs it, with a config that fits its schema; created, not started.
  std::unique_ptr<Registry> open(Isolation isolation = Isolation::in_process) {
    PluginUse use{.name = "tested", .kind = kind(), .use = kind() + "/" + name()};
    use.isolation = isolation;
    use.config = sample(manifest().config_schema);
    std::vector<Finding> findings;
    const fs::path folder = CONSERJE_TEST_PLUGINS;
    auto plugins = inspect_plugins({&use, 1}, {&folder, 1}, rules_of_the_build(), Mode::development,
                                   secrets, findings);
    auto all = sources();
    all.worker_executable = CONSERJE_TEST_WORKER;
    auto registry = Registry::open(std::move(plugins), all, findings);
    EXPECT_FALSE(has_errors(findings)) << report(findings);
    return registry;
  }

  /// What /metrics holds against the plugin.
  std::string misuses() const {
    std::istringstream lines(world.metrics.expose());
    std::string out;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("plugin_misuse_total{") && !line.ends_with(" 0")) out += line + "\n";
    return out;
  }
};

TEST_P(APlugin, SaysWhatItIs) {
  const auto said = manifest();
  std::string id = "cj." + kind() + "." + name();
  std::replace(id.begin(), id.end(), '_', '-');
  EXPECT_EQ(said.id, id);
  EXPECT_TRUE(said.has_kind(kind()));
  EXPECT_NE(said.title, "");
  EXPECT_NE(said.licence, "");
}

TEST_P(APlugin, IsFirstParty) {
  const auto file = plugin_file_of(*image(), manifest());
  ASSERT_TRUE(file) << file.error().message;
  const auto vouched = judge(rules_of_the_build(), *file, {});
  ASSERT_TRUE(vouched) << vouched.error().message;
  EXPECT_EQ(vouched->origin, Origin::first_party);
}

TEST_P(APlugin, ExportsItsEntryAndNothingElse) {
  const auto file = image();
  const auto facts = read_elf(file->bytes(), Platform::current());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->exports, std::vector<std::string_view>{"cj_entry"});
}

TEST_P(APlugin, HasAConfigSchemaThatTheHostCanCheck) {
  EXPECT_EQ(check_schema(manifest().config_schema), std::vector<std::string>{});
}

TEST_P(APlugin, LoadsWithAllItsSymbols) {
  const auto module = Module::load(image(), CJ_ABI_VERSION);
  EXPECT_TRUE(module) << module.error().message;
}

TEST_P(APlugin, DoesNotAnswerForAnAbiThatItDoesNotKnow) {
  for (const std::uint32_t abi : {0U, 1000U, UINT32_MAX}) {
    const auto module = Module::load(image(), abi);
    ASSERT_FALSE(module) << abi;
    EXPECT_TRUE(module.error().message.starts_with("its cj_entry does not know ABI")) << abi;
  }
}

TEST_P(APlugin, MakesAnInstanceOrSaysWhyNotFromAnyConfig) {
  const auto said = manifest();
  const auto module = Module::load(image(), CJ_ABI_VERSION);
  ASSERT_TRUE(module);
  std::string deep(5'000, '[');
  for (const auto& config :
       {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
        std::string("{\"a\":"), std::string("{\"a\":\"\xff\"}"), std::string(1 << 20, ' '), deep}) {
    PluginUse use{.name = "tested", .kind = kind(), .use = GetParam()};
    HostServices services(use, said, sources());
    struct Client final : ServiceClient {
      bool in_inline_call() const override { return false; }
      bool in_call() const override { return false; }
      void timer_due(const std::string&) override {}
      void count_misuse(std::string_view what) const override { ADD_FAILURE() << what; }
    } client;
    services.attach(client);
    const cj_instance* instance = nullptr;
    auto result = empty_result();
    cj_call call{};
    call.size = sizeof call;
    ASSERT_NO_THROW(
        module->table().create(services.host(), &call, to_c(config), &instance, &result));
    const auto created = take(result);
    EXPECT_EQ(created.has_value(), instance != nullptr) << config.substr(0, 20);
    expect_no_bug(created, config);
    if (instance != nullptr) instance->destroy(instance->self);
  }
}

TEST_P(APlugin, IsCreatedAndDestroyedAHundredTimes) {
  PluginUse use{.name = "tested", .kind = kind(), .use = GetParam()};
  const auto said = manifest();
  use.config = sample(said.config_schema);
  std::vector<Finding> findings;
  check_config(said.config_schema, Mode::development, use, secrets, findings);
  ASSERT_FALSE(has_errors(findings)) << report(findings);
  const auto module = Module::load(image(), CJ_ABI_VERSION);
  ASSERT_TRUE(module);
  for (int i = 0; i < 100; ++i) {
    const auto instance = PluginInstance::create(
        use, said, *module, std::make_shared<HostServices>(use, said, sources()), sources());
    ASSERT_TRUE(instance) << instance.error().message;
  }
  EXPECT_EQ(misuses(), "");
}

TEST_P(APlugin, AnswersEveryMethodWhateverItIsAsked) {
  auto registry = open();
  std::vector<Finding> findings;
  registry->start(findings);
  ASSERT_EQ(report(findings), "");
  auto& plugin = *registry->find("tested");
  const std::string huge = "{\"text\":\"" + std::string(2 << 20, 'x') + "\"}";
  const std::string deep = std::string(5'000, '[') + std::string(5'000, ']');
  const std::string heads[] = {"",   "{}", "[]", "{\"a\":", "\xff\xfe", "{\"text\":\"\xff\"}",
                               huge, deep};
  const std::string_view attachments[] = {"", huge, std::string_view("\0\xff", 2)};
  const auto methods = plugin.running()->manifest().methods;
  for (const auto& method : methods)
    for (const auto& head : heads)
      for (std::size_t count = 0; count <= std::size(attachments); ++count) {
        const auto given = std::span(attachments).first(count);
        const auto what = method.name + " " + head.substr(0, 20);
        expect_no_bug(plugin.call({}, method.number, head, given), what);
        if (!method.is_inline) continue;
        const auto reply = plugin.invoke_inline({}, method.number, head, given);
        if (!reply.ok()) expect_no_bug(Result<Reply>(reply.error()), what);
      }
  EXPECT_EQ(misuses(), "");
}

TEST_P(APlugin, AnswersAMethodThatItDoesNotHave) {
  const auto module = Module::load(image(), CJ_ABI_VERSION);
  ASSERT_TRUE(module);
  auto said = manifest();
  said.methods.push_back({"unknown", CJ_METHOD(0x7fff, 1)});
  PluginUse use{.name = "tested", .kind = kind(), .use = GetParam()};
  use.config = sample(said.config_schema);
  std::vector<Finding> findings;
  check_config(said.config_schema, Mode::development, use, secrets, findings);
  auto instance = PluginInstance::create(
      use, said, *module, std::make_shared<HostServices>(use, said, sources()), sources());
  ASSERT_TRUE(instance) << instance.error().message;
  ASSERT_TRUE((*instance)->start({}));
  const auto reply = (*instance)->call({}, CJ_METHOD(0x7fff, 1), "{}");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::permanent);
}

TEST_P(APlugin, TellsItsHealthAndDrains) {
  auto registry = open();
  std::vector<Finding> findings;
  registry->start(findings);
  ASSERT_EQ(report(findings), "");
  (void)registry->find("tested")->health();  // Its shape: misuses().
  EXPECT_EQ(registry->drain(world.clock.monotonic() + Millis(5'000)), std::vector<std::string>{});
  EXPECT_EQ(misuses(), "");
}

/// The answers of the plugin's servers during one call, as a recording has them under `http`.
std::deque<OutboundReply> recorded_replies(const Json& call) {
  std::deque<OutboundReply> replies;
  for (const auto& reply : call.value("http", Json::array()))
    replies.push_back({.status = reply.value("status", 200), .body = reply.value("body", "")});
  return replies;
}

/// What a plugin answers to its recording, and what it sends meanwhile.
struct Played {
  std::vector<Result<Reply>> replies{};
  std::vector<std::string> sent{};

  bool operator==(const Played&) const = default;
};

Played play(Plugin& plugin, World& world, const Json& recording) {
  Played played;
  const auto methods = plugin.running()->manifest().methods;
  for (const auto& call : recording) {
    const auto head = call["head"].dump();
    const auto key = call.value("key", "");
    const auto texts = call.value("attachments", std::vector<std::string>());
    const std::vector<std::string_view> attachments(texts.begin(), texts.end());
    world.replies = recorded_replies(call);
    for (const auto& method : methods)
      if (method.name == call["method"])
        played.replies.push_back(
            plugin.call({.idempotency_key = key}, method.number, head, attachments));
  }
  for (const auto& request : world.sent) {
    auto text = request.method + " " + request.url + "\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
    played.sent.push_back(text + request.body);
  }
  return played;
}

/// A second world for the same plugin.
class Another final : public APlugin {
 public:
  using APlugin::open;
  using APlugin::world;
  void TestBody() override {}
};

TEST_P(APlugin, GivesTheSameBytesInAWorker) {
  const auto file = fs::path(CONSERJE_RECORDINGS) / (GetParam() + ".json");
  std::ifstream stream(file);
  ASSERT_TRUE(stream) << "each plugin of the tree has its recording: " << file;
  const auto recording = Json::parse(stream);
  std::vector<Finding> findings;
  auto registry = open();
  registry->start(findings);
  const auto here = play(*registry->find("tested"), world, recording);
  EXPECT_EQ(here.replies.size(), recording.size());
  EXPECT_TRUE(std::ranges::any_of(here.replies, &Result<Reply>::has_value));

  Another other;
  auto workers = other.open(Isolation::process);
  workers->start(findings);
  ASSERT_EQ(report(findings), "");
  EXPECT_EQ(play(*workers->find("tested"), other.world, recording), here);
}

INSTANTIATE_TEST_SUITE_P(Conformance, APlugin, testing::ValuesIn(built_plugins()),
                         [](const auto& each) { return each.param; });

TEST(Conformance, JudgesEveryPluginOfTheTree) {
  std::set<std::string> expected;
  std::istringstream names(CONSERJE_EXPECTED_PLUGINS);
  for (std::string name; std::getline(names, name, ',');) expected.insert(name);
  const auto built = built_plugins();
  const std::set<std::string> found(built.begin(), built.end());
  EXPECT_TRUE(std::includes(found.begin(), found.end(), expected.begin(), expected.end()));
  EXPECT_FALSE(expected.empty());
}

}  // namespace
}  // namespace conserje
