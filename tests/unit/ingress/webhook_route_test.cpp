// From the bytes of a webhook to what is stored and answered, with a plugin that does as it is
// told.
#include "ingress/webhook_route.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>
#include <thread>

#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

constexpr unsigned kFailuresPerMinute = 3;
constexpr std::size_t kBodyLimit = 1'000;

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

Manifest manifest(bool is_inline) {
  return value_of(parse_manifest(
      std::string(R"({"id": "test.channel.told", "version": "1.0.0", "abi": {"min": 1, "max": 1},
        "kinds": [{"kind": "channel", "revision": 1}],
        "methods": ["send", "handle_webhook", "capabilities"], "concurrency": "parallel:4",
        "runtime": "cxx", "body_limit": 1000, "config_schema": {"type": "object"}, "inline": [)") +
      (is_inline ? R"("handle_webhook")" : "") + "]}"));
}

/// Whether the plugin is asked on the I/O thread, or else on the pool.
class WebhookRoute : public testing::TestWithParam<bool> {
 protected:
  WebhookRoute() {
    std::filesystem::create_directories(folder_);
    database_ = value_of(open_database("sqlite:" + (folder_ / "test.db").string(), {}, clock_));
    value_of(migrate(*database_, clock_.now()));
    inbox_.emplace(*database_);
    intake_.emplace("hotel-sol", *inbox_, metrics_, log_);
    questions_.emplace(Questions::Parts{.answers = Answers(*database_),
                                        .timers = timers_,
                                        .run_on_pool = pool(),
                                        .clock = clock_,
                                        .metrics = metrics_,
                                        .log = log_,
                                        .tenant = "hotel-sol",
                                        .excuse = {},
                                        .apology = {}});
    start_plugin();
    server_.handle(webhook_route(plugin_, {.intake = *intake_,
                                           .questions = *questions_,
                                           .metrics = metrics_,
                                           .log = log_,
                                           .clock = clock_,
                                           .failures = failures_,
                                           .tenant = "hotel-sol",
                                           .public_url = "https://hotel-sol.example",
                                           .run_on_pool = pool()}));
    port_ = value_of(server_.listen("127.0.0.1", 0));
    io_thread_ = std::thread([this] { io_.run(); });
  }
  ~WebhookRoute() override {
    io_.stop();
    io_thread_.join();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// The answer to a request: its head and its body.
  std::string ask(const std::string& line, const std::string& body) const {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port_);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
    const auto request = line + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Signature: s7\r\n" +
                         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(::send(client, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    std::string answer;
    char bytes[4096];
    for (ssize_t size = 0; (size = recv(client, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(size));
    close(client);
    return answer;
  }
  std::string deliver(const std::string& body) const { return ask("POST /webhooks/told", body); }
  int status_of(const std::string& answer) const {
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
  }
  std::string body_of(const std::string& answer) const {
    return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4));
  }
  bool is_stored() {
    return value_of(inbox_->lease("host-1", clock_.now(), Millis(60'000))).has_value();
  }
  bool counts(const std::string& series) const {
    return metrics_.expose().find("\n" + series + "\n") != std::string::npos;
  }

  bool pool_is_full_ = false;
  FakeClock clock_{};

 private:
  class NoTimers final : public TimerScheduler {
   public:
    Id schedule(Millis, std::function<void()>) override { return 1; }
    void cancel(Id) override {}
  };

  RunOnPool pool() {
    return [this](const std::function<void()>& task) {
      if (pool_is_full_) return false;
      task();
      return true;
    };
  }
  void start_plugin() {
    const PluginUse use{.name = "told", .kind = "channel", .use = "channel/told"};
    const ServiceSources sources{.clock = &clock_, .metrics = &metrics_, .random = &random_};
    const auto says = manifest(GetParam());
    const auto code =
        value_of(Module::load(value_of(SealedImage::copy(CONSERJE_TOLD_CHANNEL)), CJ_ABI_VERSION));
    std::shared_ptr<PluginInstance> instance = value_of(PluginInstance::create(
        use, says, code, std::make_shared<HostServices>(use, says, sources), sources));
    value_of(instance->start({}));
    plugin_ = std::make_shared<Plugin>(std::move(instance), clock_);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("conserje_webhook_" + std::to_string(getpid()));
  CountingRandom random_{};
  Metrics metrics_{};
  Log log_ = Log::silent();
  NoTimers timers_{};
  FailureLimit failures_{kFailuresPerMinute, {}, clock_};
  std::unique_ptr<Database> database_{};
  std::optional<Inbox> inbox_{};
  std::optional<Intake> intake_{};
  std::optional<Questions> questions_{};
  std::shared_ptr<Plugin> plugin_{};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  Server server_{io_, {}, clock_, random_};
  std::uint16_t port_ = 0;
  std::thread io_thread_{};
};

INSTANTIATE_TEST_SUITE_P(Asked, WebhookRoute, testing::Bool(), [](const auto& asked) {
  return asked.param ? "OnTheIoThread" : "OnThePool";
});

TEST_P(WebhookRoute, AnswersAsThePluginSaysOnceTheMessageIsStored) {
  const auto answer = deliver("m1");
  EXPECT_EQ(status_of(answer), 202);
  EXPECT_NE(answer.find("Content-Type: text/plain"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "taken");
  EXPECT_TRUE(is_stored());
}

TEST_P(WebhookRoute, StoresARedeliveryOnce) {
  EXPECT_EQ(status_of(deliver("m1")), 202);
  EXPECT_EQ(status_of(deliver("m1")), 202);
  EXPECT_TRUE(is_stored());
  EXPECT_FALSE(is_stored());
}

TEST_P(WebhookRoute, GivesThePluginTheRequestAsItCame) {
  const auto at = std::to_string(clock_.now().time_since_epoch() / Millis(1));
  EXPECT_EQ(
      body_of(ask("POST /webhooks/told?a=%C3%B1&a=+", "show")),
      "POST /webhooks/told a=%C3%B1&a=+ https://hotel-sol.example/webhooks/told?a=%C3%B1&a=+ " +
          at + " s7");
}

TEST_P(WebhookRoute, TakesAGet) {
  EXPECT_EQ(status_of(ask("GET /webhooks/told?hub.mode=subscribe", "")), 500);  // No id: a lie.
  EXPECT_EQ(status_of(ask("DELETE /webhooks/told", "")), 405);
}

TEST_P(WebhookRoute, RefusesByTheClassOfThePluginsError) {
  for (const auto& [told, status] :
       {std::pair("auth", 401), std::pair("permanent", 400), std::pair("retry", 503),
        std::pair("config", 500), std::pair("bug", 500)}) {
    EXPECT_EQ(status_of(deliver(told)), status) << told;
    EXPECT_TRUE(
        counts(R"(webhooks_rejected_total{channel="told",reason=")" + std::string(told) + "\"} 1"))
        << told;
  }
  EXPECT_FALSE(is_stored());
}

TEST_P(WebhookRoute, RefusesWhatThePluginMadeUp) {
  EXPECT_EQ(status_of(deliver("lie")), 500);
  EXPECT_TRUE(counts(R"(normalization_errors_total{channel="told"} 1)"));
  EXPECT_FALSE(is_stored());
}

TEST_P(WebhookRoute, LimitsWhoDoesNotVerifyAndNobodyElse) {
  for (unsigned i = 0; i < kFailuresPerMinute; ++i) EXPECT_EQ(status_of(deliver("auth")), 401);
  const auto limited = deliver("auth");
  EXPECT_EQ(status_of(limited), 429);
  EXPECT_NE(limited.find("Retry-After: "), std::string::npos) << limited;
  EXPECT_EQ(status_of(deliver("m1")), 202);  // The same source, which verifies now.
}

TEST_P(WebhookRoute, TakesNoLargerBodyThanTheManifestSays) {
  EXPECT_EQ(status_of(deliver(std::string(kBodyLimit, 'x'))), 500);  // An id that is too long.
  EXPECT_EQ(status_of(deliver(std::string(kBodyLimit + 1, 'x'))), 413);
}

TEST_P(WebhookRoute, AsksForARepetitionWhileThePoolIsFull) {
  pool_is_full_ = true;
  EXPECT_EQ(status_of(deliver("m1")), GetParam() ? 202 : 503);
  EXPECT_EQ(is_stored(), GetParam());
}

}  // namespace
}  // namespace conserje
