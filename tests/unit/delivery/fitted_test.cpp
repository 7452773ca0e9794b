#include "delivery/fitted.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

channel::SendRequest request() {
  return {.recipient = "ana",
          .text = "words",
          .buttons = {{.id = "a", .title = "A"}, {.id = "b", .title = "B"}},
          .list_title = "Rooms",
          .location = channel::Location{.latitude = 1, .longitude = 2},
          .media = channel::Media{.kind = "image"},
          .reference = "r"};
}

TEST(Fitted, LeavesWhatTheChannelCarries) {
  EXPECT_EQ(fitted(request(), {.max_list = 2, .media = true, .location = true}), request());
}

TEST(Fitted, LeavesWordsAndButtonsToAChannelThatCarriesNothingElse) {
  auto plain = request();
  plain.media.reset();
  plain.location.reset();
  plain.list_title.clear();
  EXPECT_EQ(fitted(request(), {.max_list = 1}), plain);
  EXPECT_FALSE(is_rich(plain));
}

TEST(Fitted, SendsAVoiceWhereAudioIsCarriedNotWhereFilesAre) {
  auto spoken = request();
  spoken.media->kind = "voice";
  EXPECT_TRUE(fitted(spoken, {.audio = true}).media);
  EXPECT_FALSE(fitted(spoken, {.media = true}).media);
}

TEST(Fitted, SaysTheSameInWords) {
  auto words = request();
  words.media.reset();
  EXPECT_EQ(in_words(request()), words);
}

}  // namespace
}  // namespace conserje
