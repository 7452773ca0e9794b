#include "dialogue/stage.hpp"

#include <stdlib.h>

#include <algorithm>
#include <future>
#include <map>
#include <utility>

#include "conserje/nlu_types.hpp"
#include "conserje/sink_types.hpp"
#include "conversation/worker.hpp"
#include "guard/system_random.hpp"
#include "store/dead_letters.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

constexpr const char* kOwner = "dialogue";
constexpr const char* kAccount = "house";
constexpr const char* kListener = "dialogue";  // The sink that hears every event.
constexpr Millis kLease{60'000};
constexpr int kMostSteps = 100;  // Of the worker, for one message.

/// Stands still until it is told to go on; deadlines of plugins' calls run by the real one.
class StageClock final : public Clock {
 public:
  WallTime now() const override { return now_; }
  MonotonicTime monotonic() const override { return system_.monotonic(); }

  void set(WallTime now) { now_ = now; }
  void advance(Millis time) { now_ += time; }

 private:
  WallTime now_{};
  SystemClock system_{};
};

/// The moment at which a clock in the house shows `local`; of two, in autumn, one of them.
WallTime moment_of(const LocalTime& local, const std::string& time_zone) {
  const auto wanted = std::chrono::sys_days(local.date) + local.time_of_day;
  WallTime guess = wanted;
  for (int round = 0; round < 2; ++round) {
    const auto shown = local_time(guess, time_zone);
    guess += wanted - (std::chrono::sys_days(shown.date) + shown.time_of_day);
  }
  return guess;
}

std::string name_of(std::uint32_t method) {
  switch (method) {
    case pms::method::availability: return "availability";
    case pms::method::create: return "create";
    case pms::method::retrieve: return "retrieve";
    case pms::method::find: return "find";
    case pms::method::modify: return "modify";
    case pms::method::cancel: return "cancel";
    case pms::method::arrivals: return "arrivals";
    case pms::method::tables: return "tables";
    default: return "method " + std::to_string(method);
  }
}

/// A folder of its own, which ends with it.
class Folder {
 public:
  static Result<Folder> make() {
    auto pattern = (std::filesystem::temp_directory_path() / "conserje-dialogue-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return Error{ErrorClass::config,
                   "no folder can be made in " + std::filesystem::temp_directory_path().string()};
    return Folder(pattern);
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// The plugins of the house that are asked; no channel and no sink is made.
std::vector<InspectedPlugin> asked_plugins(const Checked& house) {
  std::vector<InspectedPlugin> out;
  for (const auto& plugin : house.plugins)
    for (const auto& flow : house.pipeline.flows)
      if (plugin.use.name == flow.understand || plugin.use.name == flow.pms ||
          plugin.use.name == flow.tables) {
        out.push_back(plugin);
        break;
      }
  return out;
}

class HouseOnStage final : public Stage {
 public:
  HouseOnStage(const Checked& house, Folder folder, WallTime begin)
      : house_(house), pipeline_(house.pipeline), folder_(std::move(folder)) {
    clock_.set(begin);
    pipeline_.notify = {{.to = kListener, .events = {"*"}}};
  }

  Status set_up(const Script& script) {
    auto opened = open_database("sqlite:" + (folder_.path() / "store.db").string(), {}, clock_);
    if (!opened) return opened.error();
    database_ = *std::move(opened);
    if (const auto migrated = migrate(*database_, clock_.now()); !migrated) return migrated.error();
    if (const auto status = start_plugins(); !status) return status;
    rooms_.emplace(*database_);
    worker_.emplace(parts());
    return make_given(script);
  }

  Result<Happened> play(const DialogueTurn& turn) override {
    clock_.advance(turn.wait);
    Happened happened;
    heard_ = &happened;
    if (const auto received = receive(turn); !received) return received.error();
    int steps = 0;
    for (auto more = worker_->step(); !more || *more; more = worker_->step()) {
      if (!more) return more.error();
      if (++steps == kMostSteps) break;
    }
    heard_ = nullptr;
    if (const auto taken = take_from_outbox(happened); !taken) return taken.error();
    if (const auto looked = look_at_session(turn, happened); !looked) return looked.error();
    if (const auto looked = look_at_dead_letters(happened); !looked) return looked.error();
    return happened;
  }

 private:
  /// What the worker writes to.
  struct Rooms {
    explicit Rooms(Database& database)
        : inbox(database),
          outbox(database),
          sessions(database),
          guests(database),
          acts(database),
          reservations(database),
          notification_logs(database),
          media_files(database) {}
    Inbox inbox;
    Outbox outbox;
    Sessions sessions;
    Guests guests;
    Acts acts;
    Reservations reservations;
    NotificationLogs notification_logs;
    MediaFiles media_files;
  };

  Status start_plugins() {
    const ServiceSources services{
        .log = Log::silent(), .clock = &clock_, .metrics = &metrics_, .random = &random_};
    std::vector<Finding> findings;
    registry_ = Registry::open(asked_plugins(house_), services, findings);
    registry_->start(findings);
    for (const auto& flow : pipeline_.flows) {
      auto names = flow.pms_plugins();
      names.push_back(flow.understand);
      for (const auto& name : names)
        if (registry_->find(name) == nullptr)
          return Error{ErrorClass::config,
                       "the plugin " + name + " does not run: " + report(findings)};
    }
    return Done{};
  }

  Worker::Parts parts() {
    std::map<std::string, Gateway*> gateways;
    for (const auto& flow : pipeline_.flows)
      for (const auto& name : flow.pms_plugins()) {
        auto& gateway = gateways_[name];
        if (gateway == nullptr) gateway = make_gateway(name);
        gateways[name] = gateway.get();
      }
    return {.database = *database_,
            .inbox = rooms_->inbox,
            .outbox = rooms_->outbox,
            .sessions = rooms_->sessions,
            .guests = rooms_->guests,
            .acts = rooms_->acts,
            .reservations = rooms_->reservations,
            .notification_logs = rooms_->notification_logs,
            .media_files = rooms_->media_files,
            .pipeline = pipeline_,
            .texts = *house_.texts,
            .understand =
                [this](const std::string& name, const nlu::ParseRequest& request) {
                  return registry_->find(name)->call_as<nlu::ParseReply>(
                      {.tenant = pipeline_.tenant}, nlu::method::parse, request);
                },
            .transcribe = [](const std::string&, const MediaFile&,
                             const std::string&) -> Result<std::string> {
              return Error{ErrorClass::permanent, "nothing is heard on a stage"};
            },
            .gateways = std::move(gateways),
            .clock = clock_,
            .random = random_,
            .metrics = metrics_,
            .log = log_,
            .owner = kOwner,
            .guest_key = "dialogue"};
  }

  /// A gateway that keeps what it asks, and does not wait between two tries.
  std::unique_ptr<Gateway> make_gateway(const std::string& name) {
    return std::make_unique<Gateway>(
        name, Gateway::Settings{.deadline = pipeline_.plugin(name)->deadline},
        [this, plugin = registry_->find(name)](const PmsCall& call) {
          if (heard_ != nullptr) {
            auto content = parse_json(call.head);
            heard_->calls.push_back({name_of(call.method), content ? *content : Json()});
          }
          return plugin->call({.deadline = call.deadline,
                               .attempt = call.attempt,
                               .idempotency_key = call.idempotency_key,
                               .tenant = pipeline_.tenant},
                              call.method, call.head);
        },
        [](Millis) {}, clock_, random_, metrics_);
  }

  Status make_given(const Script& script) {
    for (auto [guest, request] : script.given) {
      request.guest_key = address_of(guest);
      const auto& flow = pipeline_.flows.front();
      const auto& pms = is_table(request.stay) && flow.has_tables() ? flow.tables : flow.pms;
      const auto made = gateways_.at(pms)->create(request, "given-" + request.reference);
      if (!made) return made.error();
      if (made->outcome != "done")
        return Error{ErrorClass::config,
                     "reservation " + request.reference + " cannot be made: " + made->outcome};
    }
    return Done{};
  }

  /// A telephone number for each guest of the script.
  std::string address_of(const std::string& guest) {
    const auto number = numbers_.emplace(guest, numbers_.size() + 1).first->second;
    return "+3460000000" + std::to_string(number);
  }

  std::string channel_of(const DialogueTurn& turn) const {
    return turn.channel.empty() ? pipeline_.flows.front().channels.front() : turn.channel;
  }

  std::string lane_of(const DialogueTurn& turn) {
    return channel_of(turn) + "|" + kAccount + "|" + address_of(turn.from);
  }

  channel::UnifiedMessage message_of(const DialogueTurn& turn) {
    channel::UnifiedMessage message{.id = "m" + std::to_string(++messages_),
                                    .account = kAccount,
                                    .sender_id = address_of(turn.from),
                                    .type = "text",
                                    .text = turn.guest};
    message.timestamp_ms = clock_.now().time_since_epoch().count();
    if (!turn.press.empty()) message.choice = channel::Choice{.id = turn.press};
    if (!turn.send.empty()) {
      message.type = "media";
      message.media = channel::Media{.kind = turn.send};
    }
    return message;
  }

  Status receive(const DialogueTurn& turn) {
    const auto message = message_of(turn);
    std::promise<Result<std::int64_t>> stored;
    rooms_->inbox.accept_all({{.tenant = pipeline_.tenant,
                               .channel = channel_of(turn),
                               .message_id = message.id,
                               .lane = lane_of(turn),
                               .payload = encode(message),
                               .correlation_id = message.id,
                               .received = clock_.now()}},
                             {}, [&](auto result) { stored.set_value(std::move(result)); });
    const auto result = stored.get_future().get();
    if (!result) return result.error();
    return Done{};
  }

  Status take_from_outbox(Happened& happened) {
    while (true) {
      const auto leased = rooms_->outbox.lease(kOwner, clock_.now(), kLease);
      if (!leased) return leased.error();
      if (!*leased) return Done{};
      if (const auto taken = take(**leased, happened); !taken) return taken;
      const auto marked = database_->transact(
          [&](Transaction& tx) { rooms_->outbox.mark_sent(tx, **leased, "", clock_.now()); });
      if (!marked) return marked.error();
    }
  }

  Status take(const LeasedItem& leased, Happened& happened) {
    if (leased.item.kind == OutboxKind::event) {
      const auto event = decode<sink::Event>(std::string_view(leased.item.payload));
      if (!event) return event.error();
      happened.events.push_back({event->type, event->data});
      return Done{};
    }
    const auto request = decode<channel::SendRequest>(std::string_view(leased.item.payload));
    if (!request) return request.error();
    happened.reply = happened.reply ? *happened.reply + "\n" + request->text : request->text;
    happened.language = request->language;
    for (const auto& button : request->buttons) happened.buttons.push_back(button.id);
    return Done{};
  }

  Status look_at_session(const DialogueTurn& turn, Happened& happened) {
    const auto stored = rooms_->sessions.find(pipeline_.tenant, lane_of(turn), clock_.now());
    if (!stored) return stored.error();
    if (!*stored) return Done{};
    const auto session = decode<Session>(std::string_view((*stored)->data));
    if (!session) return session.error();
    if (!session->intents.empty()) happened.intent = session->intents.back();
    happened.asks = session->pending;
    return Done{};
  }

  Status look_at_dead_letters(Happened& happened) {
    const auto letters = DeadLetters(*database_).list(pipeline_.tenant, last_letter_, 10);
    if (!letters) return letters.error();
    for (const auto& letter : *letters) {
      last_letter_ = std::max(last_letter_, letter.id);
      if (letter.kind == DeadLetterKind::message) happened.given_up = letter.reason;
    }
    const auto pending = rooms_->inbox.pending();
    if (!pending) return pending.error();
    if (*pending > 0) happened.given_up = "it waits to be tried again";
    return Done{};
  }

  const Checked& house_;
  Pipeline pipeline_;
  Folder folder_;
  StageClock clock_{};
  SystemRandom random_{};
  Metrics metrics_{};
  Log log_ = Log::silent();
  std::unique_ptr<Registry> registry_{};
  std::unique_ptr<Database> database_{};
  std::optional<Rooms> rooms_{};
  std::map<std::string, std::unique_ptr<Gateway>> gateways_{};
  std::optional<Worker> worker_{};
  std::map<std::string, std::size_t> numbers_{};
  Happened* heard_ = nullptr;  // Of the turn that runs.
  std::int64_t last_letter_ = 0;
  int messages_ = 0;
};

}  // namespace

Result<std::unique_ptr<Stage>> Stage::open(const Checked& house, const Script& script) {
  auto folder = Folder::make();
  if (!folder) return folder.error();
  auto stage = std::make_unique<HouseOnStage>(house, *std::move(folder),
                                              moment_of(script.clock, house.pipeline.time_zone));
  if (const auto ready = stage->set_up(script); !ready) return ready.error();
  return std::unique_ptr<Stage>(std::move(stage));
}

}  // namespace conserje
