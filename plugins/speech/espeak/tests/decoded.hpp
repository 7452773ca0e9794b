#pragma once

#include <gtest/gtest.h>
#include <opusfile.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace conserje::espeak {

/// What another implementation hears in an Ogg/Opus stream: samples at 48 kHz; empty where it
/// cannot read it, or it has more than one channel.
inline std::vector<opus_int16> decoded(const std::string& bytes) {
  struct Free {
    void operator()(OggOpusFile* file) const { op_free(file); }
  };
  int error = 0;
  const std::unique_ptr<OggOpusFile, Free> file(
      op_open_memory(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), &error));
  EXPECT_TRUE(file) << "opusfile: " << error;
  if (!file || op_channel_count(file.get(), -1) != 1) return {};
  std::vector<opus_int16> samples;
  opus_int16 block[5760];
  for (int count = 1; count > 0;) {
    count = op_read(file.get(), block, std::size(block), nullptr);
    EXPECT_GE(count, 0) << "opusfile: a hole or a bad packet";
    if (count > 0) samples.insert(samples.end(), block, block + count);
  }
  EXPECT_EQ(static_cast<std::int64_t>(samples.size()), op_pcm_total(file.get(), -1));
  return samples;
}

/// The effective loudness of the samples, 0 to 32767.
inline double loudness(const std::vector<opus_int16>& samples) {
  double sum = 0;
  for (const auto sample : samples) sum += static_cast<double>(sample) * sample;
  return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
}

inline double milliseconds(const std::vector<opus_int16>& samples) {
  return static_cast<double>(samples.size()) / 48.0;
}

}  // namespace conserje::espeak
