#include <thread>

#include "kit/instance.hpp"
#include "kit/measure.hpp"
#include "kit/slope.hpp"

// Level 3: create, start, drain, destroy; in order, out of order, a thousand times.

namespace conserje::kit {
namespace {

constexpr int kConfigs = 200;         // Generated ones.
constexpr std::size_t kRounds = 500;  // Each half of a thousand lives.
constexpr Millis kSilence{100};

void creates(Subject& subject) {
  Instance instance(subject);
  instance.destroy();
}

void lives(Subject& subject) {
  Instance instance(subject);
  instance.start();
  const auto answer = instance.drain();
  require(answer.ok(), "drain fails: " + answer.words(), "a drain that ends what start began");
  instance.destroy();
}

void judge_any_create(Subject& subject, std::string_view config) {
  KitHost host({}, true, Json::object(), {});
  const cj_instance* made = nullptr;
  const auto answer = create_with(subject.plugin().create, host.wire(), config, &made);
  if (made != nullptr) {
    const auto table = sized_copy(made);
    require(table.destroy != nullptr, "an instance without destroy", "destroy");
    table.destroy(table.self);
  }
  require(CJ_STATUS_CLASS(answer.status) != CJ_CLASS_BUG,
          "create answers " + std::string(config.substr(0, 60)) + " with " + answer.words(),
          "class config for what an operator wrote wrong");
}

void any_bytes_as_config(Subject& subject) {
  for (const auto& config : broken_heads()) judge_any_create(subject, config);
}

void generated_configs(Subject& subject) {
  auto generator = subject.generator();
  const auto& schema = subject.manifest().config_schema;
  int fitting = 0;
  for (int i = 0; i < kConfigs; ++i) {
    const auto raw = generator.value(schema, Json::object());
    const auto config = subject.fitted(raw);
    if (!config) continue;
    ++fitting;
    KitHost host({}, true, config->config, config->secrets);
    const cj_instance* made = nullptr;
    const auto answer =
        create_with(subject.plugin().create, host.wire(), config->config.dump(), &made);
    require(CJ_STATUS_CLASS(answer.status) != CJ_CLASS_BUG,
            "create answers " + raw.dump() + " with " + answer.words(),
            "an instance, or class config with what an operator must change");
    if (made != nullptr) sized_copy(made).destroy(made->self);
  }
  subject.note(std::to_string(fitting) + " configurations that fit the schema");
}

void spoiled_configs(Subject& subject) {
  auto generator = subject.generator();
  const auto& fitting = subject.config().config;
  for (int i = 0; i < kConfigs; ++i) judge_any_create(subject, generator.spoiled(fitting).dump());
}

void refuses_with_words(Subject& subject) {
  if (subject.manifest().config_schema.value("required", Json::array()).empty())
    throw Skipped{"every configuration fits: nothing is required"};
  KitHost host({}, true, Json::object(), {});
  const cj_instance* made = nullptr;
  const auto answer = create_with(subject.plugin().create, host.wire(), "{}", &made);
  if (made != nullptr) sized_copy(made).destroy(made->self);
  require(made != nullptr || !answer.message.empty(), "create refuses {} without a word",
          "a message that says what an operator must do");
}

void config_is_borrowed(Subject& subject) {
  Instance instance(subject);  // The bytes of its configuration are gone by now.
  instance.start();
  (void)instance.health();
  (void)instance.drain();
}

void live_with_host_of(Subject& subject, cj_host* host) {
  const cj_instance* made = nullptr;
  const auto answer =
      create_with(subject.plugin().create, host, subject.config().config.dump(), &made);
  require(CJ_STATUS_CLASS(answer.status) != CJ_CLASS_BUG, "create says " + answer.words(),
          "an instance, or class config");
  if (made != nullptr) sized_copy(made).destroy(made->self);
}

void smaller_host(Subject& subject) {
  const auto& config = subject.config();
  KitHost host(subject.manifest().permissions.http, true, config.config, config.secrets);
  host.wire()->size = offsetof(cj_host, get_extension);
  host.wire()->get_extension = reinterpret_cast<decltype(cj_host::get_extension)>(8);
  live_with_host_of(subject, host.wire());
}

void larger_host(Subject& subject) {
  const auto& config = subject.config();
  KitHost host(subject.manifest().permissions.http, true, config.config, config.secrets);
  struct {
    cj_host known;
    unsigned char unknown[64];
  } larger{*host.wire(), {}};
  std::fill(std::begin(larger.unknown), std::end(larger.unknown), static_cast<unsigned char>(0xa5));
  larger.known.size = sizeof larger;
  live_with_host_of(subject, &larger.known);
}

void bare_host(Subject& subject) {
  const auto& config = subject.config();
  KitHost host({}, true, config.config, config.secrets);
  host.faults.no_services = true;
  live_with_host_of(subject, host.wire());
  host.wire()->get_extension = nullptr;
  live_with_host_of(subject, host.wire());
}

void creates_quietly(Subject& subject) {
  (void)subject.plugin();
  const auto threads = thread_count();
  const auto open = descriptors();
  Instance instance(subject);
  require(thread_count() <= threads, "create starts a thread", "threads that begin in start");
  require(changed_descriptors(open).find("(socket:") == std::string::npos,
          "create " + changed_descriptors(open), "sockets that open in start");
  require(instance.host().http_calls() == 0, "create makes an HTTP exchange",
          "a network that is used from start on");
}

void ends_threads(Subject& subject) {
  (void)subject.plugin();
  const auto threads = thread_count();
  const auto open = descriptors();
  {
    Instance instance(subject);
    instance.start();
    (void)instance.drain();
    instance.destroy();
  }
  const auto left = settled_thread_count(threads);
  require(left <= threads, std::to_string(left - threads) + " thread(s) outlive destroy",
          "threads that are joined in drain");
  const auto changed = changed_descriptors(open);
  require(changed.empty(), "a life " + changed, "what start opens, closed in drain or destroy");
}

void is_silent_after_drain(Subject& subject) {
  Instance instance(subject);
  instance.start();
  (void)instance.drain();
  instance.host().close();
  std::this_thread::sleep_for(subject.patience(kSilence));
  const auto late = instance.host().late_calls();
  require(late == 0, std::to_string(late) + " call(s) of the host after drain",
          "background work that has ended when drain returns");
}

void wrong_order(Subject& subject) {
  Instance instance(subject);
  (void)instance.health();
  (void)instance.drain();
  (void)instance.health();
  instance.destroy();
}

void health_has_a_shape(Subject& subject) {
  Instance instance(subject);
  instance.start();
  if (instance.table().health == nullptr) throw Skipped{"it has no health"};
  const auto answer = instance.health();
  require(answer.ok(), "health says " + answer.words(), "CJ_OK: what it knows is a value");
  const auto head = Json::parse(answer.head, nullptr, false);
  const auto state = head.is_object() ? head.value("state", "") : "";
  require(state == "ok" || state == "degraded" || state == "down",
          "health says " + answer.head.substr(0, 80),
          R"({"state": "ok", "degraded" or "down", "detail": text})");
}

void live_and_die(Subject& subject) {
  Instance instance(subject);
  instance.start();
  (void)instance.drain();
  instance.destroy();
}

void leaks_no_memory(Subject& subject) {
  (void)subject.config();
  expect_flat_heap(subject, "a life of an instance", kRounds, [&] { live_and_die(subject); });
}

void leaks_nothing_failing(Subject& subject) {
  (void)subject.plugin();
  const std::string config = "[1,2";
  expect_flat_heap(subject, "a create that fails", kRounds,
                   [&] { judge_any_create(subject, config); });
}

void leaks_no_descriptor(Subject& subject) {
  live_and_die(subject);
  const auto open = descriptors().size();
  const auto threads = thread_count();
  for (int i = 0; i < 50; ++i) live_and_die(subject);
  const auto left = settled_thread_count(threads);
  require(left <= threads, "50 lives leave " + std::to_string(left - threads) + " thread(s)",
          "none");
  const auto now = descriptors().size();
  require(now <= open, "50 lives leave " + std::to_string(now - open) + " open descriptor(s)",
          "none");
}

constexpr Check kChecks[] = {
    {3, "life.create", "create makes an instance, destroy ends it", creates},
    {3, "life.whole", "create, start, drain, destroy succeed", lives},
    {3, "life.bytes", "create takes any bytes without harm", any_bytes_as_config},
    {3, "life.configs", "create takes every configuration that fits, or says why not",
     generated_configs},
    {3, "life.spoiled", "create takes configurations that do not fit without harm",
     spoiled_configs},
    {3, "life.words", "create says why it refuses", refuses_with_words},
    {3, "life.borrowed", "It keeps nothing of the configuration's bytes", config_is_borrowed},
    {3, "life.smaller_host", "It reads no more of cj_host than there is", smaller_host},
    {3, "life.larger_host", "It bears a cj_host from a later day", larger_host},
    {3, "life.bare_host", "It bears a host without services", bare_host},
    {3, "life.quiet", "create starts no thread and asks nobody", creates_quietly},
    {3, "life.threads", "Nothing of it outlives destroy", ends_threads},
    {3, "life.silence", "It does not call the host after drain", is_silent_after_drain},
    {3, "life.order", "It bears health and drain without start", wrong_order},
    {3, "life.health", "health says what it knows", health_has_a_shape},
    {3, "life.leak", "A thousand lives leave no memory behind", leaks_no_memory,
     std::chrono::seconds(30)},
    {3, "life.leak_failed", "A thousand refused configurations leave no memory behind",
     leaks_nothing_failing},
    {3, "life.leak_open", "Lives leave no thread and no descriptor behind", leaks_no_descriptor},
};

}  // namespace

std::span<const Check> level_3_lifecycle() { return kChecks; }

}  // namespace conserje::kit
