#include "plugin/manifest.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "conserje/channel_types.hpp"
#include "conserje/json.hpp"
#include "unit/plugin/elf_builder.hpp"

namespace conserje {
namespace {

constexpr Platform kHere{EM_X86_64, 2, 36};

/// The least that a manifest must say, and `more`.
Json manifest_with(const Json& more) {
  Json manifest = {{"id", "test.channel"},
                   {"version", "1.0.0"},
                   {"abi", {{"min", 1}, {"max", 1}}},
                   {"kinds", {{{"kind", "channel"}, {"revision", 1}}}},
                   {"methods", {"send"}},
                   {"config_schema", {{"type", "object"}}}};
  if (!more.is_null()) manifest.merge_patch(more);
  return manifest;
}

std::string refusal_of(const Json& manifest) {
  const auto parsed = parse_manifest(manifest.dump());
  return parsed ? std::string() : parsed.error().message;
}

/// The refusal of a manifest that is wrong in itself.
std::string wrong(const std::string& found, const std::string& needed) {
  return "its manifest is wrong: " + found + "\n    needed: " + needed +
         "\n    who must act: the vendor of the plugin\n"
         "    do: mend manifest.json or config.schema.json and build the plugin again";
}

TEST(Manifest, NeedsLittle) {
  EXPECT_EQ(parse_manifest(manifest_with({}).dump()),
            Result<Manifest>(Manifest{.id = "test.channel",
                                      .version = "1.0.0",
                                      .kinds = {{"channel", 1}},
                                      .methods = {{"channel.send", channel::method::send}},
                                      .config_schema = {{"type", "object"}}}));
}

TEST(Manifest, SaysAllThatAHostMustKnow) {
  const Json schema = {{"type", "object"}, {"properties", {{"api_url", {{"type", "string"}}}}}};
  const auto manifest = parse_manifest(Json{
      {"id", "cj.channel.whatsapp"},
      {"version", "1.4.0-rc.1"},
      {"title", "WhatsApp"},
      {"licence", "Apache-2.0"},
      {"support_url", "https://support.example"},
      {"abi", {{"min", 1}, {"max", 3}}},
      {"kinds", {{{"kind", "channel"}, {"revision", 1}}, {{"kind", "sink"}}}},
      {"methods", {"deliver", "channel.handle_webhook", "send"}},
      {"concurrency", "parallel:8"},
      {"inline", {"handle_webhook"}},
      {"runtime", "rust"},
      {"permissions",
       {{"http", {"graph.facebook.com", "config:api_url"}},
        {"kv_quota_bytes", 4096},
        {"raw_network", true},
        {"stop_host", true}}},
      {"body_limit", 3145728},
      {"exclusive", true},
      {"state_export", true},
      {"config_schema", schema},
      {"of_a_later_sdk", {1, 2}}}.dump());
  EXPECT_EQ(manifest, Result<Manifest>(
                          Manifest{.id = "cj.channel.whatsapp",
                                   .version = "1.4.0-rc.1",
                                   .title = "WhatsApp",
                                   .licence = "Apache-2.0",
                                   .support_url = "https://support.example",
                                   .abi_min = 1,
                                   .abi_max = 3,
                                   .kinds = {{"channel", 1}, {"sink", 1}},
                                   .methods = {{"channel.send", CJ_METHOD(1, 1)},
                                               {"channel.handle_webhook", CJ_METHOD(1, 4), true},
                                               {"sink.deliver", CJ_METHOD(3, 1)}},
                                   .parallel = 8,
                                   .runtime = "rust",
                                   .permissions = {.http = {"graph.facebook.com", "config:api_url"},
                                                   .kv_quota_bytes = 4096,
                                                   .raw_network = true,
                                                   .stop_host = true},
                                   .body_limit = 3145728,
                                   .exclusive = true,
                                   .state_export = true,
                                   .config_schema = schema}));
}

TEST(Manifest, OfALaterRevisionMayHaveMethodsThatThisHostDoesNotKnow) {
  const auto manifest =
      parse_manifest(manifest_with({{"kinds", {{{"kind", "channel"}, {"revision", 2}}}},
                                    {"methods", {"send", "send_hologram"}}})
                         .dump());
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->methods, (std::vector<PluginMethod>{{"channel.send", CJ_METHOD(1, 1)}}));
}

TEST(Manifest, MayServeKindsThatThisHostDoesNotKnow) {
  const auto manifest = parse_manifest(
      manifest_with({{"kinds", {{{"kind", "door_lock"}}, {{"kind", "channel"}}}}}).dump());
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->kinds, (std::vector<PluginKind>{{"channel", 1}}));
}

TEST(Manifest, ForALaterAbiIsRefusedBeforeAnythingElseOfItIsRead) {
  EXPECT_EQ(refusal_of({{"abi", {{"min", 2}, {"max", 3}}}}),
            "it is for ABI 2 to 3\n"
            "    needed: a plugin for ABI 1, which this host speaks\n"
            "    who must act: the operator of this host\n"
            "    do: upgrade the host: apt-get install --only-upgrade conserje");
}

TEST(Manifest, WithNoKindThatThisHostKnowsIsRefused) {
  EXPECT_EQ(refusal_of(manifest_with({{"kinds", {{{"kind", "door_lock"}}}}})),
            "this host knows none of its kinds: [{\"kind\":\"door_lock\"}]\n"
            "    needed: one of channel, pms, sink, nlu, speech\n"
            "    who must act: the operator of this host\n"
            "    do: upgrade the host: apt-get install --only-upgrade conserje");
}

TEST(Manifest, OfAGoPluginIsRefused) {
  EXPECT_EQ(refusal_of(manifest_with({{"runtime", "go"}})),
            "its runtime is \"go\"\n"
            "    needed: cxx, c or rust: Go's runtime cannot be loaded into the host's process\n"
            "    who must act: the vendor of the plugin\n"
            "    do: offer a build in another language");
}

TEST(Manifest, OfADraftIsRefused) {
  EXPECT_EQ(refusal_of(manifest_with({{"draft_hash", "5ac3"}})),
            "it uses a draft of the ABI (\"5ac3\")\n"
            "    needed: a plugin that uses what is stable\n"
            "    who must act: the vendor of the plugin\n"
            "    do: build it with a released SDK");
}

struct Flaw {
  const char* name;
  Json change;
  std::string found;
  std::string needed;
};
void PrintTo(const Flaw& flaw, std::ostream* out) { *out << flaw.name; }
class AWrongManifest : public testing::TestWithParam<Flaw> {};

TEST_P(AWrongManifest, IsRefusedWithWhatIsWrong) {
  EXPECT_EQ(refusal_of(manifest_with(GetParam().change)),
            wrong(GetParam().found, GetParam().needed));
}

const std::string kAnId = "a reverse domain of a-z, 0-9 and -, such as \"cj.channel.console\"";
const std::string kMethods =
    "methods of its kinds: channel.send, channel.send_media, channel.fetch_media, "
    "channel.list_since, channel.restart, channel.delivery_status, channel.answer, "
    "channel.handle_webhook, channel.health, channel.capabilities";
const std::string kHosts =
    "a host name in lower case, \"config:\" and a property of the config schema, one of these "
    "behind "
    "\"*.\" (and all below it), or \"*\"";

INSTANTIATE_TEST_SUITE_P(
    Manifest, AWrongManifest,
    testing::Values(
        Flaw{"NoId",
             {{"id", nullptr}},
             "id is missing",
             "a reverse domain, such as \"cj.channel.console\""},
        Flaw{"IdWithoutADot", {{"id", "whatsapp"}}, "id is \"whatsapp\"", kAnId},
        Flaw{"IdInUpperCase", {{"id", "cj.WhatsApp"}}, "id is \"cj.WhatsApp\"", kAnId},
        Flaw{"IdIsANumber", {{"id", 7}}, "id is 7", "a text of at most 256 bytes"},
        Flaw{"VersionOfTwoParts", {{"version", "1.2"}}, "version is \"1.2\"", "such as \"1.4.0\""},
        Flaw{"AbiWithoutMax",
             {{"abi", {{"max", nullptr}}}},
             "abi.max is missing",
             "the newest ABI that the plugin works with"},
        Flaw{"AbiTheWrongWayRound",
             {{"abi", {{"min", 2}}}},
             "abi goes from 2 to 1",
             "min at most max"},
        Flaw{"AbiZero",
             {{"abi", {{"min", 0}}}},
             "abi.min is 0",
             "a whole number from 1 to 4294967295"},
        Flaw{"NoKinds",
             {{"kinds", Json::array()}},
             "kinds is []",
             "such as [{\"kind\": \"channel\", \"revision\": 1}]"},
        Flaw{"KindIsAText", {{"kinds", {"channel"}}}, "kinds[] is \"channel\"", "an object"},
        Flaw{"MisspeltMethod",
             {{"methods", {"sned"}}},
             "methods has \"sned\"; did you mean \"send\"?",
             kMethods},
        Flaw{"NoMethods", {{"methods", Json::array()}}, "methods is empty", "at least one method"},
        Flaw{"MethodTwice",
             {{"methods", {"send", "channel.send"}}},
             "methods has \"channel.send\" twice",
             "each method once"},
        Flaw{"MethodOfTwoKinds",
             {{"kinds", {{{"kind", "channel"}}, {{"kind", "channel"}}}}},
             "methods has \"send\", which several of its kinds have",
             "the kind in front, such as \"channel.send\""},
        Flaw{"InlineOfNoMethod",
             {{"inline", {"health"}}, {"concurrency", "parallel:2"}},
             "inline has \"health\"",
             "only methods that stand in `methods`"},
        Flaw{"InlineAndSerial",
             {{"inline", {"send"}}},
             "concurrency is \"serial\", but channel.send is inline",
             "concurrency \"parallel:N\", because inline methods run beside the others"},
        Flaw{"TooParallel",
             {{"concurrency", "parallel:33"}},
             "concurrency is \"parallel:33\"",
             "\"serial\" or \"parallel:N\" with N from 1 to 32"},
        Flaw{"Asynchronous",
             {{"concurrency", "async"}},
             "concurrency is \"async\"",
             "\"serial\" or \"parallel:N\" with N from 1 to 32"},
        Flaw{"RuntimeUnknown", {{"runtime", "java"}}, "runtime is \"java\"", "cxx, c or rust"},
        Flaw{"BodyLimitTooLarge",
             {{"body_limit", 1 << 30}},
             "body_limit is 1073741824",
             "a whole number from 1 to 67108864"},
        Flaw{"FlagIsAText", {{"exclusive", "yes"}}, "exclusive is \"yes\"", "true or false"},
        Flaw{"HttpInUpperCase",
             {{"permissions", {{"http", {"Example.com"}}}}},
             "permissions.http has \"Example.com\"",
             kHosts},
        Flaw{"HttpOfNoProperty",
             {{"permissions", {{"http", {"config:url"}}}}},
             "permissions.http has \"config:url\"",
             kHosts},
        Flaw{"QuotaNegative",
             {{"permissions", {{"kv_quota_bytes", -1}}}},
             "permissions.kv_quota_bytes is -1",
             "a whole number from 0 to 67108864"},
        Flaw{"NoSchema",
             {{"config_schema", nullptr}},
             "config_schema is missing",
             "the JSON Schema of its config"}),
    [](const auto& each) { return each.param.name; });

TEST(Manifest, WithAConfigSchemaThatCannotBeCheckedIsRefused) {
  const auto text = refusal_of(manifest_with({{"config_schema", {{"$dynamicRef", "#x"}}}}));
  EXPECT_TRUE(text.starts_with("its manifest is wrong: config_schema: ")) << text;
}

TEST(Manifest, ThatIsNoJsonIsRefused) {
  const auto parsed = parse_manifest("{\"id\": ");
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().message.starts_with("its manifest is wrong: not JSON: "));
  EXPECT_EQ(refusal_of("text"), wrong("it is \"text\"", "an object"));
}

TEST(Manifest, ThatIsTooDeepOrTooLongIsRefused) {
  const auto refusal = [](const std::string& text) { return parse_manifest(text).error().message; };
  EXPECT_EQ(refusal(std::string(10'000, '[')),
            wrong("it is nested too deeply", "at most 64 levels"));
  EXPECT_EQ(refusal(std::string(kManifestLimit + 1, ' ')),
            wrong("it has 262145 bytes", "at most 262144"));
}

TEST(Manifest, BracketsWithinTextsDoNotNest) {
  const auto manifest = manifest_with({{"title", std::string(100, '[') + "\""}});
  EXPECT_EQ(refusal_of(manifest), "");
}

TEST(Manifest, IsReadFromTheFile) {
  const auto manifest = manifest_with({});
  EXPECT_EQ(read_manifest(build_elf({.manifests = {manifest.dump()}}), kHere),
            parse_manifest(manifest.dump()));
}

TEST(Manifest, OfAFileThatExportsAnythingElseIsRefused) {
  const auto refusal = [](std::vector<std::string> exports) {
    const auto file =
        build_elf({.manifests = {manifest_with({}).dump()}, .exports = std::move(exports)});
    return read_manifest(file, kHere).error().message;
  };
  const std::string rest =
      "\n    needed: cj_entry and nothing else\n"
      "    who must act: the vendor of the plugin\n"
      "    do: link it with -Wl,--version-script=plugin.map, as conserje_add_plugin does";
  EXPECT_EQ(refusal({}), "it exports nothing" + rest);
  EXPECT_EQ(refusal({"malloc"}), "it exports malloc" + rest);
  EXPECT_EQ(refusal({"cj_entry", "malloc\n"}), "it exports cj_entry, malloc?" + rest);
}

}  // namespace
}  // namespace conserje
