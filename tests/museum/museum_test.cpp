// Plugins of every release of the SDK, as they were built then: this host loads each one and gets
// the answers that were recorded when it was new, in its own process and in a worker.
//
// With CONSERJE_MUSEUM_RECORD=1 in the environment the answers to calls/<kind>.json are written
// instead: that is what tests/museum/rebuild does for the release that is open.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/http/client.hpp"
#include "plugin/registry.hpp"
#include "plugin/trust_rules.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

/// Every binary of every release, such as "1/sink_c".
std::vector<std::string> exhibits() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& release : fs::directory_iterator(CONSERJE_MUSEUM, none))
    for (const auto& file : fs::directory_iterator(release.path(), none))
      if (file.path().extension() == ".so")
        names.push_back(release.path().filename() / file.path().stem());
  std::ranges::sort(names);
  return names;
}

Json read_json(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path << " is not there: tests/museum/rebuild writes it";
  return Json::parse(in, nullptr, false);
}

Json to_json(const Result<Reply>& reply) {
  if (reply)
    return {{"head", Json::parse(reply->head.empty() ? "{}" : reply->head, nullptr, false)},
            {"attachments", reply->attachments}};
  const auto& error = reply.error();
  return {{"error", to_string(error.error_class)},
          {"message", error.message},
          {"vendor_code", error.vendor_code}};
}

/// A host around one exhibit, whose network answers what the call at hand says.
class Exhibition {
 public:
  Exhibition(const std::string& exhibit, Isolation isolation) {
    PluginUse use{.use = fs::path(CONSERJE_MUSEUM) / (exhibit + ".so")};
    use.name = "old";
    use.isolation = isolation;
    use.allow_unsigned = true;
    use.config = config_of(use.use);
    for (const auto& [property, value] : use.config.items()) use.referenced.insert('/' + property);
    std::vector<Finding> findings;
    auto plugins =
        inspect_plugins({&use, 1}, {}, TrustRules{}, Mode::development, secrets_, findings);
    registry_ = Registry::open(std::move(plugins), sources(), findings);
    registry_->start(findings);
    EXPECT_EQ(report(findings), "");
    plugin_ = registry_->find("old");
  }

  bool runs() const { return plugin_ != nullptr; }

  /// What comes of a call of calls/: the answer, and what was sent meanwhile.
  Json play(const Json& call) {
    {
      const std::lock_guard lock(mutex_);
      answer_ = call.value("http", Json::object());
      sent_ = Json::array();
    }
    const auto head = call["head"].dump();
    const auto key = call.value("key", "");
    const auto texts = call.value("attachments", std::vector<std::string>());
    const std::vector<std::string_view> attachments(texts.begin(), texts.end());
    const auto methods = plugin_->running()->manifest().methods;
    const auto method =
        std::ranges::find(methods, call["method"].get<std::string>(), &PluginMethod::name);
    if (method == methods.end()) return "its manifest has no such method";
    const auto reply = plugin_->call({.idempotency_key = key}, method->number, head, attachments);
    const std::lock_guard lock(mutex_);
    return {{"reply", to_json(reply)}, {"sent", sent_}};
  }

 private:
  /// The first example of its config schema.
  static Json config_of(const fs::path& file) {
    const auto image = SealedImage::copy(file);
    if (!image) return Json::object();
    const auto manifest = read_manifest((*image)->bytes(), Platform::current());
    EXPECT_TRUE(manifest) << manifest.error().message;
    const auto examples =
        manifest ? manifest->config_schema.value("examples", Json::array()) : Json::array();
    return examples.empty() ? Json::object() : examples[0];
  }

  Result<OutboundReply> exchange(const OutboundRequest& request) {
    const std::lock_guard lock(mutex_);
    auto text = request.method + " " + request.url + "\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
    sent_.push_back(text + request.body);
    return OutboundReply{
        .status = answer_.value("status", 500), .headers = {}, .body = answer_.value("body", "")};
  }

  ServiceSources sources() {
    ServiceSources all{};
    all.log = Log([](std::string_view) {}, LogLevel::debug, clock_);
    all.clock = &clock_;
    all.metrics = &metrics_;
    all.random = &random_;
    all.http = [this](OutboundRequest request, std::stop_token) { return exchange(request); };
    all.secrets = [this](std::string_view plugin, std::string_view handle) {
      return secrets_.reveal(plugin, handle);
    };
    all.worker_executable = CONSERJE_TEST_WORKER;
    return all;
  }

  FakeClock clock_{};
  Metrics metrics_{};
  CountingRandom random_{};
  SecretStore secrets_{};
  std::mutex mutex_{};  // Of the two below: workers call from threads of their own.
  Json answer_ = Json::object();
  Json sent_ = Json::array();
  std::unique_ptr<Registry> registry_{};
  std::shared_ptr<Plugin> plugin_ = nullptr;
};

class AnExhibit : public testing::TestWithParam<std::string> {
 protected:
  static fs::path recording() { return fs::path(CONSERJE_MUSEUM) / (GetParam() + ".json"); }
  static std::string kind() {
    const auto name = fs::path(GetParam()).filename().string();
    return name.substr(0, name.find('_'));
  }

  /// Each recorded call gets the recorded answer.
  static void expect_the_recorded_answers(Isolation isolation) {
    const auto recorded = read_json(recording());
    ASSERT_TRUE(recorded.is_array() && !recorded.empty());
    Exhibition exhibition(GetParam(), isolation);
    ASSERT_TRUE(exhibition.runs());
    for (const auto& each : recorded)
      EXPECT_EQ(exhibition.play(each["call"]), each["answer"]) << each["call"].dump(1);
  }
};

TEST_P(AnExhibit, IsLoadedAndAnswersAsItDid) {
  if (std::getenv("CONSERJE_MUSEUM_RECORD") == nullptr)
    return expect_the_recorded_answers(Isolation::in_process);
  Exhibition exhibition(GetParam(), Isolation::in_process);
  ASSERT_TRUE(exhibition.runs());
  Json recorded = Json::array();
  for (const auto& call : read_json(fs::path(CONSERJE_MUSEUM) / "calls" / (kind() + ".json")))
    recorded.push_back({{"call", call}, {"answer", exhibition.play(call)}});
  std::ofstream(recording()) << recorded.dump(1) << '\n';
}

TEST_P(AnExhibit, AnswersTheSameInAWorker) { expect_the_recorded_answers(Isolation::process); }

INSTANTIATE_TEST_SUITE_P(Museum, AnExhibit, testing::ValuesIn(exhibits()), [](const auto& each) {
  auto name = "release_" + each.param;
  std::ranges::replace(name, '/', '_');
  return name;
});

TEST(Museum, HasEachKindOfEachReleaseAndEachToolchain) {
  const auto all = exhibits();
  const std::set<std::string> have(all.begin(), all.end());
  for (const auto& release : fs::directory_iterator(CONSERJE_RELEASES)) {
    const auto number = release.path().filename().string();
    for (const char* kind : {"channel", "pms", "sink", "nlu", "speech"})
      for (const char* language : {"c", "cpp"})
        EXPECT_TRUE(have.contains(number + '/' + kind + '_' + language)) << kind << language;
    for (const char* toolchain : {"c_clang", "cpp_clang", "cpp_static", "rust"})
      EXPECT_TRUE(have.contains(number + "/sink_" + toolchain)) << toolchain;
  }
}

}  // namespace
}  // namespace conserje
