#include "ogg_opus.hpp"

#include <numbers>

#include "decoded.hpp"

namespace conserje::espeak {
namespace {

/// A tone of 440 Hz.
Sound tone(double seconds, double loudness) {
  constexpr std::int32_t kRate = 22'050;
  Sound sound{.rate = kRate};
  for (int i = 0; i < static_cast<int>(seconds * kRate); ++i)
    sound.samples.push_back(
        static_cast<std::int16_t>(loudness * std::sin(2 * std::numbers::pi * 440 * i / kRate)));
  return sound;
}

TEST(OggOpus, KeepsTheLengthAndTheLoudness) {
  const auto note = to_ogg_opus(tone(2.5, 10'000));
  ASSERT_TRUE(note);
  const auto heard = decoded(*note);
  EXPECT_NEAR(milliseconds(heard), 2'500, 1);
  EXPECT_NEAR(loudness(heard), 10'000 / std::numbers::sqrt2, 700);
}

TEST(OggOpus, KeepsSilenceSilent) {
  const auto note = to_ogg_opus(tone(1, 0));
  ASSERT_TRUE(note);
  EXPECT_LT(loudness(decoded(*note)), 5);
}

TEST(OggOpus, IsTheSameEachTime) {
  EXPECT_EQ(to_ogg_opus(tone(0.1, 9'000)), to_ogg_opus(tone(0.1, 9'000)));
}

TEST(OggOpus, HasNoSoundForNoSamples) {
  EXPECT_EQ(to_ogg_opus({.rate = 22'050}),
            Result<std::string>(Error{ErrorClass::permanent, "the sound cannot be encoded"}));
}

}  // namespace
}  // namespace conserje::espeak
