#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/speech.hpp"

namespace conserje::whisper {

/// Has a server with the transcription API of OpenAI write down what guests say.
/// Threads: any number.
class Whisper final : public Speech {
 public:
  /// Errors: config.
  static Result<std::unique_ptr<Whisper>> create(Host host, const Json& config);

  /// One upload. An empty text: nothing was said, or nothing that the model is sure of. Errors:
  /// permanent, this audio will never be read; auth, config, retry as errors.hpp; deadline.
  Result<speech::Transcript> transcribe(const Call& call, const speech::TranscribeRequest& request,
                                        std::string_view audio) override;
  /// Degraded while the last answer was one that an operator must act upon, or none.
  Health health() const override;

 private:
  Whisper(Host host, Config config)
      : host_(host),
        config_(std::move(config)),
        asks_for_segments_(config_.response_format == "verbose_json") {}

  Result<HttpResponse> upload(const Call& call, const speech::TranscribeRequest& request,
                              std::string_view audio, bool with_segments) const;
  Result<speech::Transcript> ask(const Call& call, const speech::TranscribeRequest& request,
                                 std::string_view audio);
  std::string boundary() const;
  void remember(const Result<speech::Transcript>& outcome);

  const Host host_;
  const Config config_;
  std::atomic<bool> asks_for_segments_;  // Until the server refuses.
  mutable std::mutex mutex_;
  std::string trouble_{};  // Of the last call, guarded by mutex_; empty: none.
};

}  // namespace conserje::whisper
