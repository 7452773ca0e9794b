#include "ogg_opus.hpp"

#include <opus/opusenc.h>

#include <algorithm>
#include <memory>

namespace conserje::espeak {
namespace {

constexpr std::int32_t kBitsPerSecond = 24'000;  // What messengers use for speech.
constexpr std::int32_t kSerialNumber = 1;        // The library's own would be a random one.
constexpr std::size_t kBlock = 48'000;           // Samples handed over at once.

struct DestroyComments {
  void operator()(OggOpusComments* comments) const { ope_comments_destroy(comments); }
};
struct DestroyEncoder {
  void operator()(OggOpusEnc* encoder) const { ope_encoder_destroy(encoder); }
};

int append(void* out, const unsigned char* bytes, opus_int32 size) noexcept {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes),
                                         static_cast<std::size_t>(size));
  return 0;
}
int close(void*) noexcept { return 0; }

bool write_all(OggOpusEnc& encoder, const Sound& sound) {
  for (std::size_t at = 0; at < sound.samples.size(); at += kBlock) {
    const auto count = std::min(kBlock, sound.samples.size() - at);
    if (ope_encoder_write(&encoder, sound.samples.data() + at, static_cast<int>(count)) != OPE_OK)
      return false;
  }
  return ope_encoder_drain(&encoder) == OPE_OK;
}

}  // namespace

Result<std::string> to_ogg_opus(const Sound& sound) {
  constexpr OpusEncCallbacks kCallbacks{append, close};
  const Error refused{ErrorClass::permanent, "the sound cannot be encoded"};
  std::string bytes;
  const std::unique_ptr<OggOpusComments, DestroyComments> comments(ope_comments_create());
  const std::unique_ptr<OggOpusEnc, DestroyEncoder> encoder(ope_encoder_create_callbacks(
      &kCallbacks, &bytes, comments.get(), sound.rate, /*channels=*/1, /*family=*/0, nullptr));
  if (!encoder || sound.samples.empty()) return refused;
  ope_encoder_ctl(encoder.get(), OPE_SET_SERIALNO(kSerialNumber));
  ope_encoder_ctl(encoder.get(), OPUS_SET_BITRATE(kBitsPerSecond));
  ope_encoder_ctl(encoder.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  if (!write_all(*encoder, sound)) return refused;
  return bytes;
}

}  // namespace conserje::espeak
