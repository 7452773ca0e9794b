// The C++ wrapper as the host meets it: through the C tables alone.
#include <gtest/gtest.h>

#include <stdexcept>

#include "conserje/channel.hpp"
#include "conserje/export.hpp"
#include "conserje/sink.hpp"
#include "conserje/testkit/fake_host.hpp"

namespace conserje {
namespace {

class Probe final : public Sink {
 public:
  static Result<std::unique_ptr<Probe>> create(Host, const Json& config) {
    if (config.contains("refuse")) return Error{ErrorClass::config, "refused"};
    return std::make_unique<Probe>();
  }
  Result<sink::DeliverReply> deliver(const Call& call,
                                     const sink::DeliverRequest& request) override {
    const auto& id = request.deliveries.at(0).event.id;
    if (id == "throw") throw std::logic_error("boom");
    if (id == "int") throw 42;
    if (id == "state") return sink::DeliverReply{{{.status = taken_.bytes + taken_.version}}};
    if (id == "busy")
      return Error{ErrorClass::retry, "busy", std::chrono::milliseconds(1500), "429"};
    return sink::DeliverReply{{{.status = std::string(call.idempotency_key())}}};
  }
  Status on_timer(const Call&, std::string_view name) override {
    return Error{ErrorClass::permanent, "timer " + std::string(name)};
  }
  Result<PluginState> export_state(const Call&) override {
    return PluginState{.format = "probe/1", .bytes = "seven"};
  }
  Status import_state(const Call&, const PluginState& state) override {
    if (state.format != "probe/1") return Error{ErrorClass::permanent, "not ours"};
    taken_ = state;
    return Done{};
  }

 private:
  PluginState taken_{};
};

class Wrapper : public testing::Test {
 protected:
  Wrapper() {
    auto result = empty_result();
    detail::create<Probe>(fake_.wire(), nullptr, to_c("{}"), &instance_, &result);
    EXPECT_TRUE(take(result));
  }
  ~Wrapper() override { instance_->destroy(instance_->self); }

  Result<Reply> invoke(std::uint32_t method, std::string_view head,
                       std::vector<cj_str> attachments = {}) {
    const testkit::FakeCall call(fake_, std::chrono::seconds(1), "key-1");
    const cj_request request{sizeof(cj_request), method, to_c(head), attachments.data(),
                             attachments.size()};
    auto result = empty_result();
    instance_->invoke(instance_->self, &call.wire, &request, &result);
    return take(result);
  }
  Result<Reply> deliver(std::string id) {
    const sink::DeliverRequest request{{{.event = {.id = std::move(id), .type = "test.ping"}}}};
    return invoke(sink::method::deliver, encode(request));
  }

  testkit::FakeHost fake_;
  const cj_instance* instance_ = nullptr;
};

TEST_F(Wrapper, CallsTheTypedMethodAndHandsOverTheCall) {
  EXPECT_EQ(deliver("e1"), (Result<Reply>(Reply{R"({"results":[{"status":"key-1"}]})", {}})));
}

TEST_F(Wrapper, CarriesAnErrorWhole) {
  EXPECT_EQ(
      deliver("busy"),
      (Result<Reply>(Error{ErrorClass::retry, "busy", std::chrono::milliseconds(1500), "429"})));
}

TEST_F(Wrapper, TurnsAnExceptionIntoABug) {
  EXPECT_EQ(deliver("throw"),
            (Result<Reply>(Error{ErrorClass::bug, "exception St11logic_error: boom"})));
}

TEST_F(Wrapper, TurnsAThrownIntegerIntoABug) {
  EXPECT_EQ(deliver("int"), (Result<Reply>(Error{ErrorClass::bug, "exception i"})));
}

TEST_F(Wrapper, RefusesAMethodItDoesNotHave) {
  EXPECT_EQ(invoke(CJ_METHOD(9, 7), "{}"),
            (Result<Reply>(Error{ErrorClass::permanent, "method 9.7 is not supported"})));
}

TEST_F(Wrapper, RefusesAHeadThatDoesNotFit) {
  EXPECT_EQ(invoke(sink::method::deliver, R"({"deliveries":3})"),
            (Result<Reply>(Error{ErrorClass::permanent,
                                 "request: deliveries: an array is needed, found number"})));
}

TEST_F(Wrapper, HandsATimerToOnTimer) {
  EXPECT_EQ(invoke(CJ_CORE_TIMER, R"({"name":"renew"})"),
            (Result<Reply>(Error{ErrorClass::permanent, "timer renew"})));
}

TEST_F(Wrapper, HandsOverItsState) {
  EXPECT_EQ(invoke(state::method::export_state, "{}"),
            (Result<Reply>(Reply{R"({"format":"probe/1"})", {"seven"}})));
}

TEST_F(Wrapper, TakesOverAState) {
  EXPECT_EQ(invoke(state::method::import_state, R"({"format":"probe/1","version":"1.2.3"})",
                   {to_c("seven")}),
            Result<Reply>(Reply{}));
  EXPECT_EQ(deliver("state"),
            (Result<Reply>(Reply{R"({"results":[{"status":"seven1.2.3"}]})", {}})));
}

TEST_F(Wrapper, RefusesAStateThatIsNotWhole) {
  constexpr auto kImport = state::method::import_state;
  const auto refusal = [](const char* text) {
    return Result<Reply>(Error{ErrorClass::permanent, text});
  };
  EXPECT_EQ(invoke(kImport, R"({"format":"probe/2","version":"1.2.3"})", {to_c("seven")}),
            refusal("not ours"));
  EXPECT_EQ(invoke(kImport, R"({"format":"probe/1","version":"1.2.3"})"),
            refusal("import_state: the state is one attachment"));
}

TEST_F(Wrapper, TellsItsHealth) {
  auto result = empty_result();
  instance_->health(instance_->self, &result);
  EXPECT_EQ(take(result), (Result<Reply>(Reply{R"({"detail":"","state":"ok"})", {}})));
}

TEST(Create, RefusesWithTheReason) {
  testkit::FakeHost fake;
  const cj_instance* instance = nullptr;
  auto result = empty_result();
  detail::create<Probe>(fake.wire(), nullptr, to_c(R"({"refuse":1})"), &instance, &result);
  EXPECT_EQ(take(result), (Result<Reply>(Error{ErrorClass::config, "refused"})));
  EXPECT_EQ(instance, nullptr);
}

TEST(SizedCopy, TakesWhatAnOlderWriterHasAndZeroesTheRest) {
  cj_call older{};
  older.size = 16;  // Up to and with call_id.
  older.attempt = 3;
  older.call_id = 7;
  older.deadline_ns = 99;
  const Call call(&older);
  EXPECT_EQ(call.attempt(), 3U);
  EXPECT_EQ(call.id(), 7U);
  EXPECT_EQ(call.deadline_ns(), 0U);
}

TEST(SizedCopy, IgnoresWhatANewerWriterHasBeyond) {
  struct Newer {
    cj_call call{};
    std::uint64_t more = 5;
  } newer;
  newer.call.size = sizeof newer;
  newer.call.call_id = 8;
  EXPECT_EQ(Call(&newer.call).id(), 8U);
}

TEST(WebhookDelivery, FindsAHeaderInAnyLetterCase) {
  const WebhookDelivery delivery{.header_block = "Host: a\r\nX-HUB-Signature-256:  sha256=00 \r\n"};
  EXPECT_EQ(delivery.header("x-hub-signature-256"), "sha256=00");
}

TEST(WebhookDelivery, TreatsADoubledHeaderAsAbsent) {
  const WebhookDelivery delivery{.header_block = "X-Sig: a\r\nx-sig: b\r\n"};
  EXPECT_EQ(delivery.header("x-sig"), std::nullopt);
}

}  // namespace
}  // namespace conserje
