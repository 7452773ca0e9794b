#include "app/application.hpp"

#include <malloc.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <future>
#include <utility>

#include "app/admin_door.hpp"
#include "app/channel_rounds.hpp"
#include "app/emitter.hpp"
#include "app/generation.hpp"
#include "app/plugin_kv_storage.hpp"
#include "app/plugin_view.hpp"
#include "app/pump.hpp"
#include "app/reloader.hpp"
#include "app/run_files.hpp"
#include "app/staff_areas.hpp"
#include "app/thread_pool.hpp"
#include "app/timers.hpp"
#include "conversation/writing.hpp"
#include "guard/ids.hpp"
#include "guard/system_random.hpp"
#include "http/server.hpp"
#include "ingress/intake.hpp"
#include "ingress/questions.hpp"
#include "ingress/webhook_route.hpp"
#include "ops/health.hpp"
#include "ops/log.hpp"
#include "ops/metric_names.hpp"
#include "ops/whole_file.hpp"
#include "plugin/http/client.hpp"
#include "store/migrate.hpp"
#include "store/reconciliations.hpp"

namespace conserje {
namespace {

constexpr Millis kDrain{10'000};         // For requests, steps and plugins at the stop.
constexpr Millis kGrace{1'000};          // For plugins' calls beyond that.
constexpr Millis kWatch{100};            // Between two looks for calls past their deadline.
constexpr Millis kHousekeeping{60'000};  // Between two rounds of what is to be seen to.
constexpr std::size_t kPoolQueue = 1'024;
constexpr unsigned kMediaWorkers = 2;  // Files that are fetched at once.
constexpr std::chrono::seconds kRound{1};
constexpr std::int64_t kExpiredAtOnce = 1'000;

bool is_shared(const Pipeline& pipeline) { return pipeline.store.starts_with("postgres"); }

/// The key of this tenant's guest hashes: made once, kept in the store.
Result<std::string> guest_key(PluginKvStorage& storage, Random& random) {
  const auto found = storage.get("", "guest_hash_key");
  if (!found) return found.error();
  if (*found) return (*found)->value;
  std::string key(32, '\0');
  random.fill(std::as_writable_bytes(std::span(key)));
  const auto put = storage.put("", "guest_hash_key", key, 0, 1024);
  if (!put) return put.error();
  if (*put) return key;
  const auto theirs = storage.get("", "guest_hash_key");  // Another host was quicker.
  if (!theirs) return theirs.error();
  return theirs->value().value;
}

ServerLimits server_limits(const HttpLimits& limits) {
  return {.head_bytes = limits.header_bytes,
          .request_time = limits.header_timeout + limits.body_timeout,
          .idle_time = limits.idle_timeout,
          .connections = limits.max_connections};
}

unsigned workers_of(const Pipeline& pipeline) {
  return pipeline.limits.conversation.workers + pipeline.limits.delivery.workers + kMediaWorkers;
}

std::string problem_text(const std::vector<Finding>& findings) {
  return has_errors(findings) ? report(findings) : std::string();
}

/// When nothing is to be done: hundreds of hosts share a machine.
void give_memory_back() { malloc_trim(0); }

}  // namespace

/// The parts list, in the order in which they are built; they end in the reverse.
class Application::Parts {
 public:
  Parts(Checked checked_configuration, std::unique_ptr<Database> opened, std::string key)
      : checked(std::move(checked_configuration)),
        database(std::move(opened)),
        started_with(std::make_shared<const Pipeline>(std::move(checked.pipeline))),
        owner(derived_id("host_", {std::to_string(random.bits()), std::to_string(getpid())})),
        guest_hash_key(std::move(key)) {}

  /// With which the host was started: what of it a reload cannot change.
  const Pipeline& pipeline() const { return *started_with; }

  Status build();
  Status run();

  Checked checked;
  SystemClock clock{};
  SystemRandom random{};
  Metrics metrics{};
  std::unique_ptr<Database> database;
  const std::shared_ptr<const Pipeline> started_with;
  Log log{Log(pipeline().log, clock).with({{"tenant", pipeline().tenant}})};
  const std::string owner;
  const std::string guest_hash_key;

 private:
  Generation::Rooms rooms();
  std::unique_ptr<Pump> pump(const char* name, unsigned limit,
                             std::function<Result<bool>(Generation&)> step,
                             std::function<Result<std::optional<WallTime>>()> next_due);
  void begin_first();
  void adopt(Generation::Sources sources, Millis most);
  void follow(const Pipeline& pipeline);
  std::vector<Route> routes(const Generation& generation);
  void on_io_thread(const std::function<void()>& task);
  void add_admin();
  PluginView view(const Plugin& plugin) const;
  PluginsArea plugins_area();
  void reload_on_hangup();
  Status listen();
  void begin_stop();
  void watch_plugins();
  void keep_house(Millis after = Millis(0));
  HealthReport readiness() const;
  Response metrics_page() const;
  Questions::Parts questions();
  void go_round();

  boost::asio::io_context io_{1};
  PluginKvStorage storage_{*database};
  FailureLimit webhook_failures_{pipeline().limits.http.failures_per_minute,
                                 pipeline().trusted_proxies, clock};
  ThreadPool pool_{workers_of(pipeline()), kPoolQueue};
  Timers timers_{io_, pool_};
  HttpClient http_{{}, clock};
  CallThreads call_threads_{};

  Inbox inbox_{*database,
               [this] {
                 if (conversation_) conversation_->wake();
               },
               [this] {
                 if (delivery_) delivery_->wake();
               }};
  Outbox outbox_{*database, [this] {
                   if (delivery_) delivery_->wake();
                 }};
  Sessions sessions_{*database};
  Guests guests_{*database};
  Acts acts_{*database};
  Reservations reservations_{*database};
  NotificationLogs notification_logs_{*database};
  MediaFiles media_files_{*database, [this] {
                            if (media_) media_->wake();
                          }};
  Reconciliations reconciliations_{*database};

  Intake intake_{pipeline().tenant, inbox_, metrics, log};
  Emitter emitter_{pipeline().tenant, intake_, *database, clock,
                   [this] { boost::asio::post(io_, [this] { begin_stop(); }); }};
  Questions questions_{questions()};
  std::unique_ptr<Registry> registry_{};
  CurrentGeneration current_{};
  std::optional<Reloader> reloader_{};
  std::unique_ptr<Pump> conversation_{};
  std::unique_ptr<Pump> delivery_{};
  std::unique_ptr<Pump> media_{};
  ChannelRounds rounds_{
      {.tenant = pipeline().tenant,
       .current = current_,
       .reconciliations = reconciliations_,
       .emitter = emitter_,
       .run = [this](std::function<void()> task) { return call_threads_.run(std::move(task)); },
       .clock = clock,
       .metrics = metrics,
       .log = log}};
  Server server_{io_, server_limits(pipeline().limits.http), clock, random};
  std::optional<AdminDoor> admin_{};
  boost::asio::signal_set signals_{io_, SIGTERM, SIGINT};
  boost::asio::signal_set hangup_{io_, SIGHUP};
  boost::asio::steady_timer watch_{io_};
  boost::asio::steady_timer house_{io_};
  boost::asio::steady_timer round_{io_};
  bool stopping_ = false;
};

Status Application::Parts::build() {
  const ServiceSources services{
      .log = log,
      .clock = &clock,
      .metrics = &metrics,
      .random = &random,
      .http =
          [this](OutboundRequest request, std::stop_token stop) {
            return http_.send_and_wait(std::move(request), std::move(stop));
          },
      .storage = &storage_,
      .emit =
          [this](std::string_view plugin, const CallSpec& call, channel::EmitRequest request) {
            return emitter_.emit(plugin, call, std::move(request));
          },
      .timers = &timers_,
      .call_threads = &call_threads_};
  registry_ = Registry::open(std::move(checked.plugins), services, checked.findings);
  if (const auto text = problem_text(checked.findings); !text.empty())
    return Error{ErrorClass::config, text};

  reloader_.emplace(
      Reloader::Parts{.file = checked.file,
                      .registry = *registry_,
                      .current = current_,
                      .adopt = [this](Generation::Sources sources,
                                      Millis most) { adopt(std::move(sources), most); },
                      .clock = clock,
                      .log = log});
  conversation_ = pump(
      "conversation", pipeline().limits.conversation.workers,
      [](Generation& now) { return now.worker().step(); }, [this] { return inbox_.next_due(); });
  delivery_ = pump(
      "delivery", pipeline().limits.delivery.workers,
      [](Generation& now) { return now.dispatcher().step(); },
      [this]() -> Result<std::optional<WallTime>> {
        const auto now = current_.borrow();
        return now == nullptr ? outbox_.next_due() : now->dispatcher().next_due();
      });
  media_ = pump(
      "media", kMediaWorkers, [](Generation& now) { return now.keeper().step(); },
      [this] { return media_files_.next_due(); });
  database->set_completion_executor(
      [this](std::function<void()> task) { boost::asio::post(io_, std::move(task)); });
  add_admin();
  return Done{};
}

Generation::Rooms Application::Parts::rooms() {
  return {.database = *database,
          .inbox = inbox_,
          .outbox = outbox_,
          .sessions = sessions_,
          .guests = guests_,
          .acts = acts_,
          .reservations = reservations_,
          .notification_logs = notification_logs_,
          .media_files = media_files_,
          .clock = clock,
          .random = random,
          .metrics = metrics,
          .log = log,
          .owner = owner,
          .guest_key = guest_hash_key,
          .answered = [this](const auto& channel, const auto& message) {
            questions_.handled(channel, message);
          }};
}

/// What a caller hears for us is said in his language, where it is known.
Questions::Parts Application::Parts::questions() {
  const auto in_words = [](const Generation& now, const std::string& language, const Line& line) {
    return now.sources().texts->render(
        language.empty() ? now.pipeline().languages.front() : language, line);
  };
  return {.answers = Answers(*database),
          .timers = timers_,
          .run_on_pool = [this](std::function<void()> task) { return pool_.post(std::move(task)); },
          .clock = clock,
          .metrics = metrics,
          .log = log,
          .tenant = started_with->tenant,
          .excuse =
              [this, in_words](const std::string& channel, const Question::Message& message) {
                const auto now = current_.borrow();
                return in_words(*now, message.language,
                                late_answer(now->pipeline(), channel, message.sender_id));
              },
          .apology =
              [this, in_words](const Question::Message& message) {
                return in_words(*current_.borrow(), message.language, {.key = "trouble"});
              }};
}

std::unique_ptr<Pump> Application::Parts::pump(
    const char* name, unsigned limit, std::function<Result<bool>(Generation&)> step,
    std::function<Result<std::optional<WallTime>>()> next_due) {
  return std::make_unique<Pump>(
      name, limit,
      Pump::Room{.step = [this, step = std::move(step)]() -> Result<bool> {
                   const auto now = current_.borrow();
                   if (now == nullptr) return false;  // A plugin emits while others are started.
                   auto more = step(*now);
                   if (more && *more) emitter_.progressed();
                   return more;
                 },
                 .next_due = std::move(next_due),
                 // In a flood of webhooks, answering them comes before handling them: the inbox
                 // keeps the rest.
                 .give_way = [this] { return intake_.flooded(clock.now()); }},
      pool_, timers_, clock, log);
}

// ---- Generations

/// What runs after the start; the server does not listen yet.
void Application::Parts::begin_first() {
  const auto first = std::make_shared<Generation>(
      rooms(), Generation::Sources{started_with, std::move(checked.texts), registry_->by_name()},
      nullptr);
  (void)current_.switch_to(first);
  server_.change(routes(*first), server_limits(pipeline().limits.http));
}

/// The next generation takes the place of the one that runs; nothing of this fails. Returns when
/// nobody works with the one before, or `most` is over. [the reloading thread]
void Application::Parts::adopt(Generation::Sources sources, Millis most) {
  const auto next =
      std::make_shared<Generation>(rooms(), std::move(sources), current_.borrow().get());
  auto former = current_.switch_to(next);
  follow(next->pipeline());
  on_io_thread([&] { server_.change(routes(*next), server_limits(next->pipeline().limits.http)); });
  (void)former.recall(most);
}

/// What is not made anew.
void Application::Parts::follow(const Pipeline& next) {
  log.set_level(next.log.level);
  webhook_failures_.change(next.limits.http.failures_per_minute, next.trusted_proxies);
  if (admin_) admin_->trust(next.trusted_proxies);
  pool_.change_most(workers_of(next));
  conversation_->change_limit(next.limits.conversation.workers);
  delivery_->change_limit(next.limits.delivery.workers);
}

/// Runs it there and waits for its end; not when that thread has ended, and serves nobody.
void Application::Parts::on_io_thread(const std::function<void()>& task) {
  std::promise<void> done;
  auto is_done = done.get_future();
  boost::asio::post(io_, [&] {
    task();
    done.set_value();
  });
  while (is_done.wait_for(kWatch) != std::future_status::ready)
    if (io_.stopped()) return;
}

std::vector<Route> Application::Parts::routes(const Generation& generation) {
  const WebhookParts webhooks{
      .intake = intake_,
      .questions = questions_,
      .metrics = metrics,
      .log = log,
      .clock = clock,
      .failures = webhook_failures_,
      .tenant = pipeline().tenant,
      .public_url = generation.pipeline().public_url,
      .run_on_pool = [this](std::function<void()> task) { return pool_.post(std::move(task)); }};
  std::vector<Route> routes;
  for (const auto& [name, plugin] : generation.sources().plugins)
    if (const auto running = plugin->running();
        running != nullptr &&
        running->manifest().method(channel::method::handle_webhook) != nullptr)
      routes.push_back(webhook_route(plugin, webhooks));

  const auto page = [&](std::string path, std::function<Response()> make) {
    routes.push_back(
        {.methods = "GET",
         .path = std::move(path),
         .handler = [make = std::move(make)](const InboundRequest&, Responder responder) {
           std::move(responder).answer(make());
         }});
  };
  const auto json = [](HealthReport health) {
    return Response{.status = health.status,
                    .body = std::move(health.body),
                    .content_type = "application/json"};
  };
  page("/health/live", [json] { return json(live()); });
  page("/health/ready", [this, json] { return json(readiness()); });
  page("/metrics", [this] { return metrics_page(); });
  return routes;
}

// ---- What people see

void Application::Parts::add_admin() {
  if (!pipeline().admin) return;
  auto areas = staff_areas(current_);
  areas.plugins = plugins_area();
  admin_.emplace(AdminDoor::Parts{.io = io_,
                                  .pipeline = pipeline(),
                                  .database = *database,
                                  .clock = clock,
                                  .random = random,
                                  .metrics = metrics,
                                  .log = log},
                 std::move(areas));
}

PluginView Application::Parts::view(const Plugin& plugin) const {
  auto view = view_of(plugin, registry_->vouched(plugin.name()));
  view.last_reload = reloader_->last(plugin.name());
  return view;
}

PluginsArea Application::Parts::plugins_area() {
  return {.list =
              [this] {
                std::vector<PluginView> views;
                for (const auto& plugin : registry_->all()) views.push_back(view(*plugin));
                return views;
              },
          .find = [this](const std::string& name) -> std::optional<PluginView> {
            const auto plugin = registry_->find(name);
            if (plugin == nullptr) return std::nullopt;
            return view(*plugin);
          },
          .reload = [this](const std::string& name) { return reloader_->reload(name); },
          .reload_all = [this] { return reloader_->reload_all(); }};
}

/// SIGHUP: as `conserje reload`; the log tells the result.
void Application::Parts::reload_on_hangup() {
  hangup_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    call_threads_.run([this] {
      if (const auto outcomes = reloader_->reload_all(); !outcomes)
        log.error("nothing was reloaded", {{"error", outcomes.error().message}});
    });
    reload_on_hangup();
  });
}

HealthReport Application::Parts::readiness() const {
  std::vector<HealthCheck> checks;
  const auto stored =
      database->read([](Transaction& tx) { return tx.query("SELECT 1 AS one").size(); });
  checks.push_back({.name = "store",
                    .state = stored ? HealthState::ok : HealthState::down,
                    .detail = stored ? std::string() : stored.error().message});
  for (const auto& plugin : registry_->all()) checks.push_back(plugin->health());
  return ready(checks);
}

Response Application::Parts::metrics_page() const {
  return {.body = metrics.expose(), .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

Status Application::Parts::listen() {
  const auto& address = pipeline().listen;
  const auto port = server_.listen(address.address, address.port);
  if (!port) return port.error();
  // For those who start hosts on a free port.
  const auto written = write_whole(listen_file(pipeline().data_dir),
                                   to_string({address.address, *port}) + "\n", Readers::all);
  if (!written)
    log.warn("the listening address could not be written", {{"error", written.error().message}});
  log.info("listening", {{"address", address.address}, {"port", *port}});
  return Done{};
}

Status Application::Parts::run() {
  // What a host that died had begun is done again: at once where the store is ours alone, else when
  // its leases end.
  if (!is_shared(pipeline())) {
    if (const auto freed = inbox_.release_all("", clock.now()); !freed) return freed.error();
    if (const auto freed = outbox_.release_all("", clock.now()); !freed) return freed.error();
    if (const auto freed = media_files_.release_all("", clock.now()); !freed) return freed.error();
  }
  registry_->start(checked.findings);
  if (const auto text = problem_text(checked.findings); !text.empty())
    return Error{ErrorClass::config, text};
  begin_first();
  if (const auto listening = listen(); !listening) return listening;
  if (admin_)
    if (const auto listening = admin_->listen(); !listening) return listening;

  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) begin_stop();
  });
  reload_on_hangup();
  conversation_->wake();
  delivery_->wake();
  media_->wake();
  watch_plugins();
  keep_house();
  go_round();
  io_.run();

  if (admin_) admin_->stop();
  reloader_->stop();
  rounds_.stop();
  emitter_.stop();
  questions_.stop();
  conversation_->stop();
  delivery_->stop();
  media_->stop();
  for (const auto& name : registry_->drain(clock.monotonic() + kDrain))
    log.error("a plugin's call did not end", {{"plugin", name}});
  pool_.stop();
  timers_.clear();
  const bool all_returned = call_threads_.stop(kGrace);
  if (const auto freed = inbox_.release_all(owner, clock.now()); !freed) return freed.error();
  if (const auto freed = outbox_.release_all(owner, clock.now()); !freed) return freed.error();
  if (const auto freed = media_files_.release_all(owner, clock.now()); !freed) return freed.error();
  log.info("stopped");
  // A call that never returned still uses what would be destroyed now.
  if (!all_returned) std::_Exit(EXIT_SUCCESS);
  return Done{};
}

void Application::Parts::begin_stop() {
  if (std::exchange(stopping_, true)) return;
  log.info("stopping");
  const auto deadline = clock.monotonic() + kDrain;
  const auto end = [this] {
    signals_.cancel();
    watch_.cancel();
    house_.cancel();
    round_.cancel();
    io_.stop();
  };
  server_.drain(deadline, [this, deadline, end] {
    if (!admin_) return end();
    admin_->drain(deadline, end);
  });
}

void Application::Parts::watch_plugins() {
  watch_.expires_after(kWatch);
  watch_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (const auto& plugin : registry_->all()) plugin->cancel_overdue();
    watch_plugins();
  });
}

void Application::Parts::go_round() {
  round_.expires_after(kRound);
  round_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    rounds_.tick();
    go_round();
  });
}

void Application::Parts::keep_house(Millis after) {
  house_.expires_after(after);
  house_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    database->enqueue(
        [this](Transaction& tx) {
          return sessions_.remove_expired(tx, clock.now(), kExpiredAtOnce);
        },
        [](const Result<std::int64_t>&) {});
    pool_.post([this] {
      if (const auto active = sessions_.active(clock.now()))
        metrics.gauge(metric::kSessionsActive).set(static_cast<double>(*active));
      current_.borrow()->keep_house(log);
    });
    keep_house(kHousekeeping);
  });
}

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Application::~Application() = default;

Result<std::unique_ptr<Application>> Application::open(Checked checked) {
  std::error_code error;
  std::filesystem::create_directories(checked.pipeline.data_dir, error);
  if (error)
    return Error{ErrorClass::config, "data_dir " + checked.pipeline.data_dir.string() +
                                         " cannot be made: " + error.message()};
  static const SystemClock clock;
  auto database = open_database(checked.pipeline.store, {.on_rest = give_memory_back}, clock);
  if (!database) return database.error();
  if (const auto migrated = migrate(**database, clock.now()); !migrated) return migrated.error();
  SystemRandom random;
  PluginKvStorage storage(**database);
  const auto key = guest_key(storage, random);
  if (!key) return key.error();

  std::unique_ptr<Application> application(
      new Application(std::make_unique<Parts>(std::move(checked), *std::move(database), *key)));
  if (const auto built = application->parts_->build(); !built) return built.error();
  return application;
}

Status Application::run() { return parts_->run(); }

}  // namespace conserje
