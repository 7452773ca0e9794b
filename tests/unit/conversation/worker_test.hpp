#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "conversation/catalogues.hpp"
#include "conversation/worker.hpp"
#include "fake_pms.hpp"
#include "store/dead_letters.hpp"
#include "store/deposits.hpp"
#include "store/locks.hpp"
#include "store/migrate.hpp"

namespace conserje {

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

/// A Worker on a real SQLite store, with an NLU that answers what the test says.
class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("conserje_worker_" + std::to_string(getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    database_ = value_of(open_database("sqlite:" + (folder_ / "test.db").string(), {}, pms_.clock));
    value_of(migrate(*database_, pms_.clock.now()));
    pipeline_.tenant = "hotel-sol";
    pipeline_.time_zone = "UTC";
    pipeline_.languages = {"en", "es"};
    pipeline_.hotel.name = "Hotel Sol";
    pipeline_.flows = {{.channels = {"whatsapp"}, .understand = "builtin", .pms = "frontdesk"}};
    pipeline_.notify = {{.to = "crm", .events = {"*"}}};
    texts_ = value_of(Texts::create(value_of(shipped_catalogues()), {}));
    inbox_.emplace(*database_);
    outbox_.emplace(*database_);
    sessions_.emplace(*database_);
    guests_.emplace(*database_);
    acts_.emplace(*database_);
    reservations_.emplace(*database_);
    logs_.emplace(*database_);
    media_files_.emplace(*database_);
    worker_.emplace(Worker::Parts{
        .database = *database_,
        .inbox = *inbox_,
        .outbox = *outbox_,
        .sessions = *sessions_,
        .guests = *guests_,
        .acts = *acts_,
        .reservations = *reservations_,
        .notification_logs = *logs_,
        .media_files = *media_files_,
        .pipeline = pipeline_,
        .texts = *texts_,
        .understand =
            [this](const std::string&, const nlu::ParseRequest& request) {
              read_.push_back(request.text);
              return heard_;
            },
        .transcribe =
            [this](const std::string& plugin, const MediaFile& file, const std::string&) {
              listened_.push_back(plugin + " " + file.media);
              return spoken_;
            },
        .gateways = {{"frontdesk", &pms_.gateway()}},
        .clock = pms_.clock,
        .random = random_,
        .metrics = pms_.metrics,
        .log = log_,
        .owner = "host-1",
        .guest_key = "key",
        .answered = [this](const std::string& channel,
                           const std::string& id) { answered_.push_back(channel + " " + id); }});
  }
  ~WorkerTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void receive(const std::string& id, channel::UnifiedMessage message = {},
               std::optional<WallTime> answer_by = {}) {
    message.id = id;
    message.account = "1055";
    if (message.sender_id.empty()) message.sender_id = "+34600";
    if (message.timestamp_ms == 0)
      message.timestamp_ms = pms_.clock.now().time_since_epoch().count();
    if (message.type.empty()) message.type = "text";
    if (message.type == "text" && message.text.empty()) message.text = "words";
    std::promise<Result<std::int64_t>> stored;
    inbox_->accept_all({{.tenant = "hotel-sol",
                         .channel = "whatsapp",
                         .message_id = id,
                         .lane = "whatsapp|1055|+34600",
                         .payload = encode(message),
                         .correlation_id = "c-" + id,
                         .received = pms_.clock.now(),
                         .answer_by = answer_by}},
                       {}, [&](auto result) { stored.set_value(std::move(result)); });
    value_of(stored.get_future().get());
  }
  void hear(std::string intent, std::vector<nlu::Entity> entities = {}) {
    heard_ = nlu::ParseReply{
        .language = "en", .intent = {std::move(intent), 0.9}, .entities = std::move(entities)};
  }
  bool step() { return value_of(worker_->step()); }

  /// What waits to leave: a reply's text, an event's type, in order.
  std::vector<std::string> leaving() {
    return value_of(database_->read([](Transaction& tx) {
      std::vector<std::string> out;
      for (const auto& row : tx.query("SELECT kind, payload FROM outbox ORDER BY seq")) {
        const auto payload = parse_json(row.text("payload"));
        out.push_back(row.text("kind") == "reply" ? (*payload)["text"].get<std::string>()
                                                  : (*payload)["type"].get<std::string>());
      }
      return out;
    }));
  }
  /// To whom replies go: the channel, the address, the text's beginning.
  std::vector<std::string> recipients() {
    return value_of(database_->read([](Transaction& tx) {
      std::vector<std::string> out;
      for (const auto& row :
           tx.query("SELECT target, payload FROM outbox WHERE kind = 'reply' ORDER BY seq")) {
        const auto request = *decode<channel::SendRequest>(row.text("payload"));
        out.push_back(row.text("target") + " " + request.recipient + " " +
                      request.text.substr(0, 5));
      }
      return out;
    }));
  }
  static channel::UnifiedMessage request(std::string intent, Json arguments = Json::object()) {
    return {.type = "request",
            .request = channel::StructuredRequest{.intent = std::move(intent),
                                                  .arguments = std::move(arguments)}};
  }
  static channel::UnifiedMessage from_a_number(channel::UnifiedMessage message) {
    message.sender_id = "+34655010203";
    return message;
  }
  void confirm_by_sms() {
    pipeline_.plugins = {{.name = "sms"}};
    pipeline_.flows[0].confirm_by = {"sms"};
  }
  WallTime soon() const { return pms_.clock.now() + Millis(15'000); }
  std::int64_t count(std::string_view table) {
    return value_of(database_->read([&](Transaction& tx) {
      return tx.query("SELECT count(*) AS n FROM " + std::string(table)).front().integer("n");
    }));
  }
  void propose(
      const std::string& guest = "+34600") {  // As if a reservation had been put before the guest.
    save({.language = "en",
          .flow = "make_reservation",
          .pending = "confirm",
          .proposal = {.kind = "create", .create = request_}},
         guest);
  }
  void save(const Session& session, const std::string& guest = "+34600") {
    value_of(database_->transact([&](Transaction& tx) {
      return sessions_->save(tx, {.tenant = "hotel-sol",
                                  .lane = "whatsapp|1055|" + guest,
                                  .data = encode(session),
                                  .updated = pms_.clock.now(),
                                  .expires = pms_.clock.now() + Millis(3'600'000)});
    }));
  }
  pms::ReservationAnswer made() const {
    return {.outcome = "done",
            .reservation = pms::Reservation{.id = "M-1",
                                            .reference = "CJ-7",
                                            .state = "confirmed",
                                            .guest_name = "Ana",
                                            .room_type = "double",
                                            .stay = request_.stay,
                                            .total = {18'000, "USD"}}};
  }

  const pms::ReservationRequest request_{
      .guest_name = "Ana",
      .guest_key = "+34600",
      .room_type = "double",
      .stay = {.check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2}};
  std::filesystem::path folder_;
  FakePms pms_;
  CountingRandom random_;
  Log log_ = Log::silent();
  Pipeline pipeline_;
  Result<nlu::ParseReply> heard_ = nlu::ParseReply{};
  Result<std::string> spoken_ = std::string("hola");
  std::vector<std::string> read_;
  std::vector<std::string> listened_;
  std::optional<MediaFiles> media_files_;
  std::unique_ptr<Database> database_;
  std::vector<std::string> answered_;
  std::optional<Texts> texts_;
  std::optional<Inbox> inbox_;
  std::optional<Outbox> outbox_;
  std::optional<Sessions> sessions_;
  std::optional<Guests> guests_;
  std::optional<Acts> acts_;
  std::optional<Reservations> reservations_;
  std::optional<NotificationLogs> logs_;
  std::optional<Worker> worker_;
};

}  // namespace conserje
