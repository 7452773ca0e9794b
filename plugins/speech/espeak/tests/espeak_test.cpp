#include "espeak.hpp"

#include <clocale>
#include <filesystem>
#include <thread>

#include "conserje/testkit/fake_host.hpp"
#include "decoded.hpp"

namespace conserje::espeak {
namespace {

using speech::SynthesiseRequest;

class EspeakTest : public testing::Test {
 protected:
  std::unique_ptr<Espeak> make(const Json& config = Json::object()) {
    auto made = Espeak::create(fake_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  Result<Espeak::Synthesis> say(const SynthesiseRequest& request,
                                const Json& config = Json::object()) {
    return make(config)->synthesise(testkit::FakeCall(fake_), request);
  }
  Error refusal(const SynthesiseRequest& request, const Json& config = Json::object()) {
    const auto said = say(request, config);
    EXPECT_FALSE(said) << request.text;
    return said ? Error{} : said.error();
  }

  testkit::FakeHost fake_{};
};

constexpr auto kConfirmed = "Su reserva está confirmada. Hasta el viernes.";

TEST_F(EspeakTest, SaysATextInAVoiceNote) {
  const auto said = say({.text = kConfirmed, .language = "es"});
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(said->audio.mime_type, "audio/ogg; codecs=opus");
  const auto heard = decoded(said->bytes);
  EXPECT_NEAR(milliseconds(heard), static_cast<double>(said->audio.duration_ms), 2);
  EXPECT_GT(said->audio.duration_ms, 1'500);
  EXPECT_LT(said->audio.duration_ms, 6'000);
  EXPECT_GT(loudness(heard), 500);
}

TEST_F(EspeakTest, SpeaksEachLanguageWithItsOwnVoice) {
  std::vector<std::string> notes;
  for (const auto* language : {"es", "en", "pt"}) {
    const auto said = say({.text = "Hotel Sol, 12 de diciembre", .language = language});
    ASSERT_TRUE(said) << language << ": " << said.error().message;
    EXPECT_GT(loudness(decoded(said->bytes)), 500) << language;
    notes.push_back(said->bytes);
  }
  EXPECT_NE(notes[0], notes[1]);
  EXPECT_NE(notes[0], notes[2]);
  EXPECT_NE(notes[1], notes[2]);
}

TEST_F(EspeakTest, PrefersTheVoiceOfTheRegion) {
  const Json config{
      {"voices",
       {{{"language", "es"}, {"voice", "es"}}, {{"language", "es-AR"}, {"voice", "en-us"}}}}};
  const auto ms = [&](const char* language) {
    const auto said = say({.text = kConfirmed, .language = language}, config);
    return said ? static_cast<double>(said->audio.duration_ms) : 0;
  };
  EXPECT_NEAR(ms("es-MX"), ms("es"), 5);
  EXPECT_GT(std::abs(ms("es-AR") - ms("es")), 50);
}

TEST_F(EspeakTest, TakesLongerWhereItSpeaksSlowly) {
  const auto ms = [&](int rate) {
    const auto said = say({.text = kConfirmed}, {{"words_per_minute", rate}});
    return said ? said->audio.duration_ms : 0;
  };
  EXPECT_GT(ms(100), ms(200) * 3 / 2);
}

TEST_F(EspeakTest, RefusesWhatItCannotSay) {
  const std::pair<SynthesiseRequest, const char*> refused[] = {
      {{.text = ""}, "there is nothing to say"},
      {{.text = " ** \n"}, "there is nothing to say"},
      {{.text = "hola", .language = "ja"}, "no voice speaks this language"},
      {{.text = "hola", .mime_type = "audio/mpeg"}, "only audio/ogg is spoken"},
      {{.text = std::string(1501, 'a')}, "the text is longer than max_characters"}};
  for (const auto& [request, message] : refused)
    EXPECT_EQ(refusal(request), (Error{ErrorClass::permanent, message}));
}

TEST_F(EspeakTest, IsNotMadeWithAVoiceThatIsNotThere) {
  const auto made =
      Espeak::create(fake_.host(), {{"voices", {{{"language", "es"}, {"voice", "klingonese"}}}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), (Error{ErrorClass::config,
                                 "eSpeak NG has no voice \"klingonese\"; operator: "
                                 "espeak-ng --voices lists them"}));
}

TEST_F(EspeakTest, EndsWhenNobodyWaitsAnyMore) {
  const auto speaker = make();
  testkit::FakeCall call(fake_, std::chrono::seconds(1));
  const std::uint32_t cancelled = 1;
  call.wire.cancelled = &cancelled;
  EXPECT_EQ(speaker->synthesise(call, {.text = kConfirmed}).error().error_class,
            ErrorClass::cancelled);
  const testkit::FakeCall late(fake_, std::chrono::seconds(1));
  fake_.monotonic_ns += 2'000'000'000;
  EXPECT_EQ(speaker->synthesise(late, {.text = kConfirmed}).error().error_class,
            ErrorClass::deadline);
}

TEST_F(EspeakTest, TakesAnyBytes) {
  for (const std::string& text :
       {std::string("\xff\xfe hola \xc3"), std::string("a\0b", 3),
        std::string("<speak>hola</speak>"), std::string("[[h@'loU]] 😀 مرحبا 你好"),
        std::string(1500, '9')}) {
    const auto said = say({.text = text});
    EXPECT_TRUE(said || said.error().error_class == ErrorClass::permanent);
  }
}

TEST_F(EspeakTest, LeavesTheProcessAsItIs) {
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  const auto before = threads();
  const auto speaker = make();
  ASSERT_TRUE(speaker->synthesise(testkit::FakeCall(fake_), {.text = kConfirmed}));
  EXPECT_EQ(threads(), before);
  EXPECT_EQ(std::setlocale(LC_ALL, nullptr), locale);
}

TEST_F(EspeakTest, ServesSeveralInstancesAtOnce) {
  const auto alone = say({.text = kConfirmed});
  ASSERT_TRUE(alone);
  std::vector<double> durations(4);
  {
    std::vector<std::jthread> threads;
    for (auto& each : durations)
      threads.emplace_back([&] {
        const auto said = say({.text = kConfirmed});
        each = said ? static_cast<double>(said->audio.duration_ms) : 0;
      });
  }
  for (const auto each : durations)
    EXPECT_NEAR(each, static_cast<double>(alone->audio.duration_ms), 5);
}

TEST(Spoken, HasNoMarks) {
  EXPECT_EQ(spoken("*Doble*: _195 US$_\n• ~Suite~\t`x`"), "Doble :  195 US$ \n  Suite   x");
}

}  // namespace
}  // namespace conserje::espeak
