#include "console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <iterator>
#include <map>

#include "conserje/testkit/fake_host.hpp"
#include "pipe.hpp"

namespace conserje::console {
namespace {

using namespace std::chrono_literals;

/// A console over two pipes, and a host that answers by heart.
class Chat : public testing::Test {
 protected:
  Chat() {
    fake_.answer_emit([this](const channel::EmitRequest& request) { return answer(request); });
  }

  void open(const Json& config = Json::object(), bool is_terminal = false) {
    auto made = Console::create(fake_.host(), config, {in_.out(), out_.in(), is_terminal, 0ms});
    ASSERT_TRUE(made);
    console_ = *std::move(made);
  }

  /// Types `lines`, ends the input, and waits until the host is asked to stop. What stands on the
  /// screen then.
  std::string talk(const std::string& lines) {
    in_.put(lines);
    in_.close_in();
    EXPECT_TRUE(console_->start(call()));
    stopped_.get_future().wait();
    EXPECT_TRUE(console_->drain(call()));
    return out_.all();
  }

  Result<channel::EmitReply> answer(const channel::EmitRequest& request) {
    if (request.stop_host) stopped_.set_value();
    for (const auto& message : request.messages)
      for (auto reply : answers_[message.text]) {
        reply.recipient = message.sender_id;
        EXPECT_TRUE(console_->send(call(), reply));
      }
    return channel::EmitReply{.stored = 1, .handled = true};
  }

  testkit::FakeCall call() { return testkit::FakeCall(fake_); }
  std::string guest() const { return fake_.emitted.at(0).messages.at(0).sender_id; }

  Pipe in_;
  Pipe out_;
  testkit::FakeHost fake_;
  std::unique_ptr<Console> console_;
  std::map<std::string, std::vector<channel::SendRequest>> answers_;
  std::promise<void> stopped_;
};

TEST(ConsoleConfig, FitsTheSchemasExample) {
  std::ifstream file(CONSERJE_PLUGIN_FOLDER "/config.schema.json");
  const auto schema = Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_EQ(decode_config<Config>(schema["examples"][0]),
            Result<Config>(Config{.account = "front-desk",
                                  .sender_name = "Ana",
                                  .language = "es",
                                  .answer_timeout_ms = 5000}));
}

TEST_F(Chat, EmitsALineAsAMessageAndWaitsForItsAnswer) {
  open({{"account", "front-desk"}, {"sender_name", "Ana"}, {"language", "es"}});
  talk("  ¿Tienen habitación?\r\n");
  ASSERT_EQ(fake_.emitted.size(), 2U);
  const std::string run = guest().substr(std::string("console:").size());
  EXPECT_THAT(run, testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(fake_.emitted[0],
            (channel::EmitRequest{.messages = {{.id = run + "-1",
                                                .account = "front-desk",
                                                .sender_id = "console:" + run,
                                                .sender_name = "Ana",
                                                .type = "text",
                                                .text = "¿Tienen habitación?",
                                                .language = "es",
                                                .timestamp_ms = 1'767'225'600'000}},
                                  .wait = true}));
}

TEST_F(Chat, AsksTheHostToStopAtTheEndOfTheInput) {
  open();
  EXPECT_EQ(talk(""), "");
  EXPECT_EQ(fake_.emitted, (std::vector{channel::EmitRequest{.stop_host = true}}));
}

TEST_F(Chat, LeavesOutEmptyLines) {
  open();
  talk("\nHola\n   \n");
  ASSERT_EQ(fake_.emitted.size(), 2U);
  EXPECT_EQ(fake_.emitted[0].messages[0].text, "Hola");
}

TEST_F(Chat, WritesATranscriptWhenNobodyTypes) {
  answers_["Hola"] = {{.text = "¡Hola!"}, {.text = "¿En qué\npuedo ayudar?"}};
  answers_["Adiós"] = {{.text = "¡Hasta pronto!"}};
  open();
  EXPECT_EQ(talk("Hola\nAdiós"),
            "> Hola\n"
            "¡Hola!\n"
            "¿En qué\npuedo ayudar?\n"
            "\n"
            "> Adiós\n"
            "¡Hasta pronto!\n");
}

TEST_F(Chat, PromptsAPersonAndDoesNotRepeatWhatHeTypes) {
  answers_["Hola"] = {{.text = "¡Hola!"}};
  open({{"language", "es"}}, true);
  EXPECT_EQ(talk("Hola\n"),
            "Escriba un mensaje y pulse Intro; Ctrl-D para salir.\n"
            "> ¡Hola!\n"
            "\n"
            "> \n");
}

TEST_F(Chat, HintsInEachLanguageWhenTheGuestsIsUnknown) {
  open(Json::object(), true);
  EXPECT_EQ(talk(""),
            "Escriba un mensaje y pulse Intro; Ctrl-D para salir.\n"
            "Write a message and press Enter; Ctrl-D to leave.\n"
            "Escreva uma mensagem e pressione Enter; Ctrl-D para sair.\n"
            "> \n");
}

TEST_F(Chat, NumbersTheOptionsAndTakesANumberForAChoice) {
  answers_["Habitación"] = {
      {.text = "¿Cuál?",
       .buttons = {{.id = "room:double", .title = "Doble"},
                   {.id = "room:suite", .title = "Suite", .description = "Con vista"}},
       .list_title = "Habitaciones"}};
  open();
  EXPECT_EQ(talk("Habitación\n2\n"),
            "> Habitación\n"
            "¿Cuál?\n"
            "Habitaciones\n"
            "  1) Doble\n"
            "  2) Suite: Con vista\n"
            "\n"
            "> 2\n");
  const auto& chosen = fake_.emitted.at(1).messages.at(0);
  EXPECT_EQ(chosen.type, "choice");
  EXPECT_EQ(chosen.text, "Suite");
  EXPECT_EQ(chosen.choice,
            (channel::Choice{.id = "room:suite", .title = "Suite", .description = "Con vista"}));
}

TEST_F(Chat, CountsTheOptionsOfSeveralMessagesOn) {
  answers_["Hola"] = {{.text = "a", .buttons = {{.id = "a", .title = "A"}}},
                      {.text = "b", .buttons = {{.id = "b", .title = "B"}}}};
  open();
  EXPECT_EQ(talk("Hola\n2"), "> Hola\na\n  1) A\nb\n  2) B\n\n> 2\n");
  EXPECT_EQ(fake_.emitted.at(1).messages.at(0).choice, (channel::Choice{.id = "b", .title = "B"}));
}

TEST_F(Chat, TakesANumberThatWasNotOfferedForAText) {
  answers_["Hola"] = {{.text = "a", .buttons = {{.id = "a", .title = "A"}}}};
  open();
  talk("Hola\n2\n");
  EXPECT_EQ(fake_.emitted.at(1).messages.at(0).type, "text");
}

TEST_F(Chat, ForgetsTheOptionsAfterTheNextLine) {
  answers_["Hola"] = {{.text = "a", .buttons = {{.id = "a", .title = "A"}}}};
  open();
  talk("Hola\nOtra cosa\n1\n");
  EXPECT_EQ(fake_.emitted.at(2).messages.at(0).type, "text");
}

TEST_F(Chat, ShowsALocationInWords) {
  answers_["¿Dónde?"] = {
      {.text = "Aquí:",
       .location = channel::Location{
           .latitude = 40.5, .longitude = -3.25, .name = "Hotel Sol", .address = "Calle Mayor 1"}}};
  open();
  EXPECT_EQ(talk("¿Dónde?\n"), "> ¿Dónde?\nAquí:\nHotel Sol, Calle Mayor 1 (40.5, -3.25)\n");
}

TEST_F(Chat, LetsNoTextTakeOverTheTerminal) {
  answers_["Hola"] = {{.text = "\x1b]0;title\x07 a\tb"}};
  open();
  EXPECT_EQ(talk("Hola\n"), "> Hola\n]0;title a\tb\n");
}

TEST_F(Chat, RefusesAMessageForTheGuestOfAnotherRun) {
  open();
  EXPECT_EQ(console_->send(call(), {.recipient = "console:0123456789abcdef", .text = "a"}),
            (Result<channel::SendReply>(
                Error{ErrorClass::permanent, "console: the recipient is not at this terminal"})));
  EXPECT_EQ(out_.all(), "");
}

TEST_F(Chat, IsAnotherGuestAtEachStart) {
  open();
  talk("Hola\n");
  const auto first = guest();
  fake_.emitted.clear();
  stopped_ = {};
  Pipe again;
  again.put("Hola\n");
  again.close_in();
  Pipe screen;
  console_ = *Console::create(fake_.host(), Json::object(), {again.out(), screen.in(), false, 0ms});
  ASSERT_TRUE(console_->start(call()));
  stopped_.get_future().wait();
  EXPECT_NE(guest(), first);
  ASSERT_TRUE(console_->drain(call()));
}

TEST_F(Chat, TriesALineAgainThatTheHostCouldNotStore) {
  int attempts = 0;
  fake_.answer_emit([&](const channel::EmitRequest& request) -> Result<channel::EmitReply> {
    if (!request.stop_host && ++attempts < 3)
      return Error{ErrorClass::retry, "the disk is full", 1ms};
    return answer(request);
  });
  open();
  talk("Hola\n");
  ASSERT_EQ(fake_.emitted.size(), 4U);
  EXPECT_EQ(fake_.emitted[0], fake_.emitted[1]);
  EXPECT_EQ(fake_.emitted[1], fake_.emitted[2]);
  EXPECT_TRUE(fake_.log_lines.empty());
}

TEST_F(Chat, LogsALineThatTheHostDoesNotTake) {
  fake_.answer_emit([&](const channel::EmitRequest& request) -> Result<channel::EmitReply> {
    if (!request.stop_host) return Error{ErrorClass::permanent, "no such channel"};
    return answer(request);
  });
  open();
  talk("Hola\n");
  EXPECT_EQ(fake_.log_lines,
            (std::vector<testkit::FakeHost::LogLine>{
                {CJ_LOG_ERROR, "a line was not taken",
                 R"({"attempt":1,"class":"permanent","error":"no such channel"})"}}));
}

TEST_F(Chat, DrainsAtOnceWhileItWaitsForALine) {
  open();
  ASSERT_TRUE(console_->start(call()));
  EXPECT_EQ(console_->drain(call()), Status(Done{}));
  EXPECT_TRUE(fake_.emitted.empty());
}

TEST_F(Chat, PutsALateAnswerAboveANewPrompt) {
  open({{"language", "en"}}, true);
  in_.put("Hi\n");
  ASSERT_TRUE(console_->start(call()));
  EXPECT_EQ(out_.until("\n> \n> "), "Write a message and press Enter; Ctrl-D to leave.\n> \n> ");
  EXPECT_TRUE(console_->send(call(), {.recipient = guest(), .text = "Late"}));
  in_.close_in();
  stopped_.get_future().wait();
  ASSERT_TRUE(console_->drain(call()));
  EXPECT_EQ(out_.all(), "\nLate\n\n> \n");
}

TEST_F(Chat, IsDownOnceNobodyReads) {
  open();
  EXPECT_EQ(console_->health(), Health{});
  out_.close_out();
  talk("Hola\n");
  EXPECT_EQ(console_->check_health(call()), (Result<channel::ChannelHealth>(channel::ChannelHealth{
                                                "down", "console: nobody reads the output"})));
}

}  // namespace
}  // namespace conserje::console
