#include "delivery/dispatcher.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "store/dead_letters.hpp"
#include "store/delivery_statuses.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

/// A Dispatcher on a real SQLite store; the plugins answer what the test says.
class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("conserje_dispatcher_" + std::to_string(getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    database_ = value_of(open_database("sqlite:" + (folder_ / "test.db").string(), {}, clock_));
    value_of(migrate(*database_, clock_.now()));
    outbox_.emplace(*database_);
    logs_.emplace(*database_);
    guests_.emplace(*database_);
    dispatcher_.emplace(Dispatcher::Parts{
        .database = *database_,
        .outbox = *outbox_,
        .notification_logs = *logs_,
        .guests = *guests_,
        .pipeline = pipeline_,
        .outlets = {
            .send =
                [this](const std::string&, const CallSpec&, const channel::SendRequest& request) {
                  sent_.push_back(as_line(request));
                  if (while_sending_) while_sending_();
                  if (!wants_template_ || request.template_) return channel_;
                  return Result<channel::SendReply>(channel::SendReply{.needs_template = true});
                },
            .deliver =
                [this](const std::string&, const CallSpec&, const sink::DeliverRequest& request) {
                  told_.push_back(request.deliveries.at(0).event.type);
                  return sink_;
                },
            .capabilities =
                [this](const std::string&) {
                  can_.window_hours = window_hours_;
                  return Result<channel::Capabilities>(can_);
                },
            .delivery_status =
                [this](const std::string&, const CallSpec&,
                       const channel::DeliveryStatusRequest& request) {
                  asked_.push_back(request);
                  return outcome_;
                },
            .send_media =
                [this](const std::string&, const CallSpec&, const channel::SendRequest& request,
                       const MadeFile& file) {
                  files_.push_back(request.text + " " + request.media->mime_type + " " +
                                   file.bytes);
                  return file_;
                },
            .make = [this](const Made& made, const channel::SendRequest&) -> Result<MadeFile> {
              if (while_making_) while_making_();
              if (!makes_) return Error{ErrorClass::permanent, "nobody makes it"};
              return MadeFile{made.kind == MadeKind::speech ? "audio/ogg" : "image/png", made.of};
            }},
        .clock = clock_,
        .random = random_,
        .metrics = metrics_,
        .log = log_,
        .owner = "host-1"});
  }
  ~DispatcherTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// A text as it is; a template as name/language: parameter.
  static std::string as_line(const channel::SendRequest& request) {
    if (!request.template_) return request.text;
    return request.template_->name + "/" + request.template_->language + ": " +
           request.template_->parameters.at(0);
  }
  void the_guest_writes() {
    value_of(database_->transact([&](Transaction& tx) {
      guests_->wrote(tx, {.tenant = "hotel-sol", .channel = "whatsapp", .address = "+34600"},
                     "+34600", clock_.now());
    }));
  }
  void there_is_a_template() {
    pipeline_.plugins.push_back(
        {.name = "whatsapp",
         .reply_template = ReplyTemplate{.name = "reply_waiting", .languages = {{"es", "es_AR"}}}});
  }

  void add_reply(std::string text, std::optional<WallTime> expires = {}) {
    const std::string reference = "r_" + text;
    add({.kind = OutboxKind::reply,
         .target = "whatsapp",
         .lane = "whatsapp|1055|+34600",
         .payload = encode(channel::SendRequest{
             .recipient = "+34600", .text = text, .language = "es", .reference = reference}),
         .reference = reference,
         .expires = expires});
  }
  void add_reply_with(const Made& made) {
    add({.kind = OutboxKind::reply,
         .target = "whatsapp",
         .lane = "whatsapp|1055|+34600",
         .payload = encode(channel::SendRequest{.recipient = "+34600",
                                                .text = "words",
                                                .media = to_be_made(made),
                                                .reference = "r_file"}),
         .reference = "r_file"});
  }
  void add_reply_to(const std::string& guest, const std::string& text) {
    add({.kind = OutboxKind::reply,
         .target = "whatsapp",
         .lane = "whatsapp|1055|" + guest,
         .payload = encode(channel::SendRequest{
             .recipient = guest, .text = text, .language = "es", .reference = "r_" + text}),
         .reference = "r_" + text});
  }
  void add_event() {
    add({.kind = OutboxKind::event,
         .target = "crm",
         .lane = "event|crm|e1",
         .payload =
             encode(sink::Event{.id = "e1", .type = "reservation.created", .timestamp_ms = 7}),
         .reference = "n_e1"});
  }
  void add(OutboxItem item) {
    item.tenant = "hotel-sol";
    item.created = clock_.now();
    value_of(database_->transact([&](Transaction& tx) { return outbox_->add(tx, item); }));
  }
  bool step() { return value_of(dispatcher_->step()); }
  OutboxRow row(const std::string& reference) {
    const auto found = value_of(outbox_->find(reference));
    EXPECT_TRUE(found);
    return found.value_or(OutboxRow{});
  }
  /// The reasons of the dead letters.
  std::vector<std::string> buried() {
    std::vector<std::string> out;
    for (const auto& letter : value_of(DeadLetters(*database_).list("hotel-sol", 0, 10)))
      out.push_back(letter.reason);
    return out;
  }
  void the_status_says(std::string status, const std::string& reference,
                       std::string error_class = "") {
    value_of(database_->transact([&](Transaction& tx) {
      return record_status(tx, {.tenant = "hotel-sol",
                                .channel = "whatsapp",
                                .provider_id = "wamid.1",
                                .reference = reference,
                                .status = std::move(status),
                                .at = clock_.now(),
                                .error_class = std::move(error_class)});
    }));
  }

  const std::vector<std::string> kOnce{"hola"};
  const std::vector<std::string> kTwice{"hola", "hola"};
  std::filesystem::path folder_;
  FakeClock clock_;
  CountingRandom random_;
  Metrics metrics_;
  Log log_ = Log::silent();
  Pipeline pipeline_;
  Result<channel::SendReply> channel_ = channel::SendReply{.message_ids = {"wamid.1"}};
  Result<sink::DeliverReply> sink_ = sink::DeliverReply{{{.status = "ok", .http_status = 200}}};
  Result<std::optional<channel::DeliveryStatusReply>> outcome_{std::nullopt};
  std::vector<channel::DeliveryStatusRequest> asked_;
  std::int64_t window_hours_ = 0;
  bool wants_template_ = false;  // The provider says that its window is closed.
  std::vector<std::string> sent_;
  std::vector<std::string> files_;
  channel::Capabilities can_{};
  Result<channel::SendReply> file_ = channel::SendReply{.message_ids = {"wamid.1"}};
  bool makes_ = true;
  std::function<void()> while_sending_;
  std::function<void()> while_making_;
  std::vector<std::string> told_;
  std::unique_ptr<Database> database_;
  std::optional<Outbox> outbox_;
  std::optional<NotificationLogs> logs_;
  std::optional<Guests> guests_;
  std::optional<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, ATargetThatHangsLeavesHalfOfTheWorkersToTheOthers) {
  pipeline_.limits.delivery.workers = 4;
  Shares shares;
  const Shares::Turn first(shares, "whatsapp");
  EXPECT_EQ(shares.busy(4), std::vector<std::string>{});
  const Shares::Turn second(shares, "whatsapp");
  const Shares::Turn other(shares, "crm");
  EXPECT_EQ(shares.busy(4), std::vector<std::string>{"whatsapp"});
  add_reply("hola");
  add_event();
  const auto leased =
      value_of(outbox_->lease("host-2", clock_.now(), Millis(1'000), shares.busy(4)));
  ASSERT_TRUE(leased);
  EXPECT_EQ(leased->item.target, "crm");
  EXPECT_FALSE(value_of(outbox_->lease("host-2", clock_.now(), Millis(1'000), shares.busy(4))));
  EXPECT_EQ(value_of(outbox_->next_due(shares.busy(4))), clock_.now() + Millis(1'000));
  EXPECT_EQ(value_of(outbox_->next_due()), kAtOnce);
}

TEST_F(DispatcherTest, AWorkerIsTakenBySomebodyElseWhileATargetHangs) {
  pipeline_.limits.delivery.workers = 2;
  add_reply("one");
  add_reply_to("+34601", "two");
  add_event();
  std::optional<bool> meanwhile;
  while_sending_ = [&] {
    if (!meanwhile) meanwhile = step();
  };
  EXPECT_TRUE(step());
  EXPECT_EQ(meanwhile, true);
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_EQ(sent_, (std::vector<std::string>{"one"}));
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(DispatcherTest, RestsWhenNothingIsDue) { EXPECT_FALSE(step()); }

TEST_F(DispatcherTest, SendsAReplyOnceAndKeepsTheChannelsId) {
  add_reply("hola");
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  EXPECT_EQ(sent_, kOnce);
  EXPECT_EQ(row("r_hola").state, OutboxState::sent);
  EXPECT_EQ(row("r_hola").provider_id, "wamid.1");
}

TEST_F(DispatcherTest, WritesFreelyWhileTheWindowIsOpen) {
  window_hours_ = 24;
  there_is_a_template();
  the_guest_writes();
  clock_.advance(23h);
  add_reply("hola");
  step();
  EXPECT_EQ(sent_, kOnce);
}

TEST_F(DispatcherTest, SendsATemplateOnceTheWindowHasClosed) {
  window_hours_ = 24;
  there_is_a_template();
  the_guest_writes();
  clock_.advance(24h);
  add_reply("hola,\n\n su mesa");
  step();
  EXPECT_EQ(sent_, (std::vector<std::string>{"reply_waiting/es_AR: hola, su mesa"}));
  EXPECT_EQ(row("r_hola,\n\n su mesa").state, OutboxState::sent);
}

TEST_F(DispatcherTest, SendsATemplateToAGuestWhoNeverWrote) {
  window_hours_ = 24;
  there_is_a_template();
  add_reply("hola");
  step();
  EXPECT_EQ(sent_, (std::vector<std::string>{"reply_waiting/es_AR: hola"}));
}

TEST_F(DispatcherTest, SaysThatATemplateIsMissing) {
  window_hours_ = 24;
  pipeline_.plugins.push_back({.name = "whatsapp"});
  add_reply("hola");
  step();
  EXPECT_EQ(sent_, std::vector<std::string>());
  EXPECT_EQ(buried(), (std::vector<std::string>{
                          "the guest wrote too long ago for a free text, and there is no template "
                          "for replies; set plugins.whatsapp.reply_template"}));
}

TEST_F(DispatcherTest, SendsATemplateWhenTheProvidersWindowIsShorterThanOurs) {
  wants_template_ = true;
  there_is_a_template();
  add_reply("hola");
  step();
  EXPECT_EQ(sent_, (std::vector<std::string>{"hola", "reply_waiting/es_AR: hola"}));
  EXPECT_EQ(row("r_hola").state, OutboxState::sent);
}

TEST_F(DispatcherTest, SendsATemplateWhenTheProviderSaysLaterThatItNeedsOne) {
  there_is_a_template();
  add_reply("hola");
  step();
  the_status_says("failed", "r_hola", std::string(kNeedsTemplate));
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, (std::vector<std::string>{"hola", "reply_waiting/es_AR: hola"}));
  EXPECT_EQ(row("r_hola").state, OutboxState::sent);
}

TEST_F(DispatcherTest, GivesUpWhenTheTemplateFailsLaterAsWell) {
  there_is_a_template();
  add_reply("hola");
  step();
  the_status_says("failed", "r_hola", std::string(kNeedsTemplate));
  step();
  the_status_says("failed", "r_hola", "permanent");
  EXPECT_TRUE(step());
  EXPECT_EQ(buried(), (std::vector<std::string>{"permanent : "}));
}

TEST_F(DispatcherTest, SendsTheRepliesOfOneGuestInOrder) {
  add_reply("one");
  add_reply("two");
  channel_ = Error{ErrorClass::retry, "busy"};
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());  // "two" waits behind "one".
  channel_ = channel::SendReply{.message_ids = {"wamid.1"}};
  clock_.advance(Millis(6'000));
  while (step()) {
  }
  EXPECT_EQ(sent_, (std::vector<std::string>{"one", "one", "two"}));
}

TEST_F(DispatcherTest, TriesAgainOnItsScheduleThenBuries) {
  add_reply("hola");
  channel_ = Error{ErrorClass::retry, "the channel is away"};
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(step());
    clock_.advance(Millis(200'000));
  }
  EXPECT_FALSE(step());
  EXPECT_EQ(sent_.size(), 4U);
  EXPECT_EQ(buried(), (std::vector<std::string>{"the channel is away"}));
}

TEST_F(DispatcherTest, WaitsAsLongAsTheChannelAsks) {
  add_reply("hola");
  channel_ = Error{ErrorClass::retry, "slow down", Millis(60'000)};
  EXPECT_TRUE(step());
  clock_.advance(Millis(59'000));
  EXPECT_FALSE(step());
  clock_.advance(Millis(2'000));
  EXPECT_TRUE(step());
}

TEST_F(DispatcherTest, BuriesWhatWillNeverBeAccepted) {
  add_reply("hola");
  channel_ = Error{ErrorClass::permanent, "not on this channel"};
  EXPECT_TRUE(step());
  EXPECT_EQ(buried(), (std::vector<std::string>{"not on this channel"}));
}

TEST_F(DispatcherTest, BelievesTheStatusOfAReplyWhoseOutcomeIsUnknown) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  EXPECT_TRUE(step());
  the_status_says("delivered", "r_hola");
  clock_.advance(Millis(120'000));
  EXPECT_FALSE(step());
  EXPECT_EQ(sent_, kOnce);
  EXPECT_EQ(row("r_hola").state, OutboxState::sent);
}

TEST_F(DispatcherTest, SendsAgainWhenNoWordComesInTime) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  clock_.advance(Millis(61'000));
  channel_ = channel::SendReply{.message_ids = {"wamid.1"}};
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, kTwice);
}

TEST_F(DispatcherTest, AsksTheProviderWhatBecameOfAReplyAndSendsItNotAgain) {
  add_reply("hola");
  const auto since = clock_.now().time_since_epoch().count();
  channel_ = Error{ErrorClass::deadline, "no answer"};
  outcome_ = std::optional(channel::DeliveryStatusReply{
      .found = true,
      .status = channel::DeliveryStatus{.message_id = "wamid.9", .status = "delivered"}});
  EXPECT_TRUE(step());
  clock_.advance(Millis(61'000));
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  EXPECT_EQ(
      asked_,
      (std::vector<channel::DeliveryStatusRequest>{
          {.reference = "r_hola", .recipient = "+34600", .text = "hola", .since_ms = since}}));
  EXPECT_EQ(sent_, kOnce);
  EXPECT_EQ(row("r_hola").state, OutboxState::sent);
  EXPECT_EQ(row("r_hola").provider_id, "wamid.9");
}

TEST_F(DispatcherTest, SendsAgainWhatTheProviderDoesNotHave) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  outcome_ = std::optional(channel::DeliveryStatusReply{.found = false});
  EXPECT_TRUE(step());
  clock_.advance(Millis(61'000));
  channel_ = channel::SendReply{.message_ids = {"wamid.1"}};
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, kTwice);
}

TEST_F(DispatcherTest, BuriesWhatTheProviderSaysHasFailed) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  outcome_ = std::optional(channel::DeliveryStatusReply{
      .found = true,
      .status = channel::DeliveryStatus{.status = "failed",
                                        .error_class = "permanent",
                                        .error_code = "131026",
                                        .error_text = "no such number"}});
  EXPECT_TRUE(step());
  clock_.advance(Millis(61'000));
  while (step()) {
  }
  EXPECT_EQ(sent_, kOnce);
  EXPECT_EQ(buried(), (std::vector<std::string>{"permanent 131026: no such number"}));
}

TEST_F(DispatcherTest, WaitsWithoutSendingWhileTheProviderCannotBeAsked) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  outcome_ = Error{ErrorClass::retry, "the provider is away"};
  EXPECT_TRUE(step());
  clock_.advance(Millis(61'000));
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  outcome_ = std::optional(channel::DeliveryStatusReply{.found = false});
  clock_.advance(Millis(61'000));
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, kTwice);
}

TEST_F(DispatcherTest, GivesUpWhenTheOutcomeStaysUnknown) {
  add_reply("hola");
  channel_ = Error{ErrorClass::deadline, "no answer"};
  for (int i = 0; i < 5; ++i) {
    step();
    clock_.advance(Millis(61'000));
  }
  EXPECT_FALSE(step());
  EXPECT_EQ(sent_.size(), 4U);
  EXPECT_EQ(buried(), (std::vector<std::string>{"the outcome of sending stayed unknown"}));
}

TEST_F(DispatcherTest, BuriesWhatTheChannelGaveUpLater) {
  add_reply("hola");
  EXPECT_TRUE(step());
  the_status_says("failed", "r_hola");
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, kOnce);
  EXPECT_EQ(buried().size(), 1U);
}

TEST_F(DispatcherTest, DoesNotSendWhatHasExpired) {
  add_reply("hola", clock_.now() + Millis(1'000));
  clock_.advance(Millis(2'000));
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, std::vector<std::string>{});
  EXPECT_EQ(buried(), (std::vector<std::string>{"expired before it could be sent"}));
}

TEST_F(DispatcherTest, TellsAnEventAndLogsIt) {
  add_event();
  EXPECT_TRUE(step());
  EXPECT_EQ(told_, (std::vector<std::string>{"reservation.created"}));
  const auto logs = value_of(logs_->list("hotel-sol", "crm", 10));
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].result, NotificationResult::sent);
  EXPECT_EQ(logs[0].http_status, 200);
}

TEST_F(DispatcherTest, TriesAnEventAgainAndLogsEachAttempt) {
  add_event();
  sink_ = sink::DeliverReply{{{.status = "retry", .http_status = 503, .error = "HTTP 503"}}};
  EXPECT_TRUE(step());
  clock_.advance(Millis(7'000));
  sink_ = sink::DeliverReply{{{.status = "ok", .http_status = 200}}};
  EXPECT_TRUE(step());
  const auto logs = value_of(logs_->list("hotel-sol", "crm", 10));
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[1].result, NotificationResult::failed);
  EXPECT_EQ(logs[1].error, "HTTP 503");
  EXPECT_EQ(logs[0].attempt, 2);
}

TEST_F(DispatcherTest, BuriesAnEventWhoseReceiverIsGone) {
  add_event();
  sink_ =
      sink::DeliverReply{{{.status = "retry", .http_status = 410, .error = "gone", .gone = true}}};
  EXPECT_TRUE(step());
  EXPECT_EQ(buried(), (std::vector<std::string>{"gone"}));
}

TEST_F(DispatcherTest, DoesNotBelieveASinkThatForgetsAResult) {
  add_event();
  sink_ = sink::DeliverReply{};
  EXPECT_TRUE(step());
  EXPECT_EQ(buried(), (std::vector<std::string>{"the sink gave 0 results for one event"}));
}

TEST_F(DispatcherTest, SendsTheFileThatAReplyNames) {
  can_.media = true;
  add_reply_with({MadeKind::qr_code, "CJ-7"});
  EXPECT_TRUE(step());
  EXPECT_EQ(files_, std::vector<std::string>{"words image/png CJ-7"});
  EXPECT_TRUE(sent_.empty());
}

TEST_F(DispatcherTest, SpeaksInsteadOfWriting) {
  can_.audio = true;
  add_reply_with({MadeKind::speech, "mouth"});
  EXPECT_TRUE(step());
  EXPECT_EQ(files_, std::vector<std::string>{" audio/ogg mouth"});
}

TEST_F(DispatcherTest, WritesWhereTheChannelCarriesNoFile) {
  add_reply_with({MadeKind::speech, "mouth"});
  EXPECT_TRUE(step());
  EXPECT_TRUE(files_.empty());
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(DispatcherTest, WritesWhereTheFileCannotBeMade) {
  can_.audio = true;
  makes_ = false;
  add_reply_with({MadeKind::speech, "mouth"});
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(row("r_file").state, OutboxState::sent);
}

TEST_F(DispatcherTest, WritesWhereTheChannelRefusesTheFile) {
  can_.media = true;
  file_ = Error{ErrorClass::permanent, "no such type"};
  add_reply_with({MadeKind::qr_code, "CJ-7"});
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(DispatcherTest, TriesAFileOnceMoreThatTheChannelCannotTakeNowAndThenWrites) {
  can_.media = true;
  file_ = Error{ErrorClass::retry, "busy"};
  add_reply_with({MadeKind::qr_code, "CJ-7"});
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_, std::vector<std::string>{});
  clock_.advance(Millis(600'000));
  EXPECT_TRUE(step());
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(row("r_file").state, OutboxState::sent);
}

TEST_F(DispatcherTest, WaitsForTheChannelsWordFromWhenTheFileIsMade) {
  can_.audio = true;
  file_ = Error{ErrorClass::deadline, "no answer"};
  while_making_ = [&] { clock_.advance(Millis(20'000)); };
  add_reply_with({MadeKind::speech, "mouth"});
  EXPECT_TRUE(step());
  EXPECT_EQ(value_of(outbox_->next_due()),
            clock_.now() + pipeline_.limits.delivery.unknown_outcome_wait);
}

TEST_F(DispatcherTest, LeavesAReplyToWhoTookItWhileItsFileWasMade) {
  can_.audio = true;
  while_making_ = [&] {
    clock_.advance(pipeline_.limits.delivery.unknown_outcome_wait);
    EXPECT_TRUE(value_of(outbox_->lease("host-2", clock_.now(), Millis(60'000))));
  };
  add_reply_with({MadeKind::speech, "mouth"});
  EXPECT_TRUE(step());
  EXPECT_EQ(files_, std::vector<std::string>{});
  EXPECT_EQ(sent_, std::vector<std::string>{});
}

TEST_F(DispatcherTest, DoesNotWriteWhatMayHaveBeenSentAsAFile) {
  can_.media = true;
  file_ = Error{ErrorClass::deadline, "no answer"};
  add_reply_with({MadeKind::qr_code, "CJ-7"});
  EXPECT_TRUE(step());
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(row("r_file").state, OutboxState::sending);
}

}  // namespace
}  // namespace conserje
