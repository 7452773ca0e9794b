// What guests send as files: voice notes that are heard, and what is fetched.

#include "media/made.hpp"
#include "worker_test.hpp"

namespace conserje {
namespace {

channel::UnifiedMessage voice_note() {
  return {.type = "media", .media = channel::Media{.kind = "voice", .reference = "V1"}};
}

TEST_F(WorkerTest, UnderstandsWhatAVoiceNoteSays) {
  pipeline_.flows[0].speech = "ears";
  hear("greeting");
  receive("A1", voice_note());
  step();
  EXPECT_EQ(listened_, (std::vector<std::string>{R"(ears {"kind":"voice","reference":"V1"})"}));
  EXPECT_EQ(read_, (std::vector<std::string>{"hola"}));
  EXPECT_EQ(leaving().size(), 1U);
}

TEST_F(WorkerTest, AnswersAloudWhoSpokeAndInWritingWhoWrote) {
  pipeline_.flows[0].speech = "ears";
  pipeline_.flows[0].speak = "mouth";
  hear("greeting");
  receive("A1", voice_note());
  receive("m2");
  step();
  step();
  const auto media = value_of(database_->read([](Transaction& tx) {
    std::vector<std::optional<channel::Media>> out;
    for (const auto& row : tx.query("SELECT payload FROM outbox WHERE kind = 'reply' ORDER BY seq"))
      out.push_back(decode<channel::SendRequest>(row.text("payload"))->media);
    return out;
  }));
  EXPECT_EQ(media, (std::vector<std::optional<channel::Media>>{
                       to_be_made({MadeKind::speech, "mouth"}), std::nullopt}));
}

TEST_F(WorkerTest, AsksToWriteWhereNobodyListens) {
  receive("A1", voice_note());
  step();
  EXPECT_EQ(listened_, std::vector<std::string>{});
  EXPECT_EQ(leaving(), (std::vector<std::string>{texts_->render("en", {"unsupported", {}})}));
}

TEST_F(WorkerTest, TriesAVoiceNoteAgainAndThenAsksToWrite) {
  pipeline_.flows[0].speech = "ears";
  spoken_ = Error{ErrorClass::retry, "away"};
  receive("A1", voice_note());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(leaving(), std::vector<std::string>{});
    EXPECT_TRUE(step());
    pms_.clock.advance(Millis(60'000));
  }
  EXPECT_EQ(leaving(), (std::vector<std::string>{texts_->render("en", {"unsupported", {}})}));
}

TEST_F(WorkerTest, HoldsNoErrorOfAPluginForALockOfItsOwn) {
  pipeline_.flows[0].speech = "ears";
  spoken_ = Error{ErrorClass::retry, "away", {}, "is_locked"};
  receive("A1", voice_note());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(step());
    pms_.clock.advance(Millis(60'000));
  }
  EXPECT_EQ(leaving(), (std::vector<std::string>{texts_->render("en", {"unsupported", {}})}));
}

TEST_F(WorkerTest, AsksToWriteWhenNothingWasUnderstood) {
  pipeline_.flows[0].speech = "ears";
  spoken_ = std::string();
  receive("A1", voice_note());
  step();
  EXPECT_EQ(leaving(), (std::vector<std::string>{texts_->render("en", {"unsupported", {}})}));
}

TEST_F(WorkerTest, HasTheFilesOfAMessageFetched) {
  hear("greeting");
  auto message = voice_note();
  message.text = "the receipt";
  message.media->kind = "image";
  receive("A1", message);
  step();
  const auto row = value_of(media_files_->find(media_id("hotel-sol", "whatsapp", "A1", 0)));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->state, MediaState::pending);
}

TEST_F(WorkerTest, FetchesNothingOfWhatAMachineWrote) {
  auto message = voice_note();
  message.automated = true;
  receive("A1", message);
  step();
  EXPECT_FALSE(value_of(media_files_->find(media_id("hotel-sol", "whatsapp", "A1", 0))));
}

}  // namespace
}  // namespace conserje
