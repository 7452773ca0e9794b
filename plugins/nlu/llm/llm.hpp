#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "../common/asked.hpp"
#include "config.hpp"
#include "payload.hpp"
#include "question.hpp"

namespace conserje::llm {

/// Understands by a language model behind OpenAI's chat API. It names an intent and what stands in
/// the message, and can do nothing else; dates, and everything while it is away, are the embedded
/// engine's.
class Llm final : public nlu::Asked {
 public:
  /// Errors: config.
  static Result<std::unique_ptr<Llm>> create(Host host, const Json& config);

 private:
  Llm(Host host, Config config, Way first_way, std::unique_ptr<const nlu::Embedded> embedded)
      : Asked(host, std::move(embedded)), config_(std::move(config)), way_(first_way) {}

  Result<nlu::ParseReply> ask(const Call& call, const nlu::ParseRequest& request,
                              const nlu::ParseReply& own) override;
  Result<HttpResponse> converse(const Call& call, const std::string& text);
  Result<HttpResponse> post(const Call& call, const Question& question,
                            std::int64_t timeout_ms) const;
  bool adapt(const HttpResponse& response, Question& question) const;
  std::string marker() const;

  const Config config_;
  std::atomic<Way> way_;  // The one that the server took last.
  std::atomic<bool> takes_temperature_ = true;
};

}  // namespace conserje::llm
