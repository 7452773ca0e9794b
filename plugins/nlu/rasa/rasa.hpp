#pragma once

#include <memory>
#include <string>

#include "../common/asked.hpp"
#include "../common/understanding.hpp"
#include "config.hpp"
#include "payload.hpp"

namespace conserje::rasa {

/// Understands by a Rasa server; dates, and everything while it is away, by the embedded engine.
class Rasa final : public nlu::Asked {
 public:
  /// Errors: config.
  static Result<std::unique_ptr<Rasa>> create(Host host, const Json& config);

 private:
  Rasa(Host host, Config config, std::unique_ptr<const nlu::Embedded> embedded)
      : Asked(host, std::move(embedded)), config_(std::move(config)) {}

  Result<nlu::ParseReply> ask(const Call& call, const nlu::ParseRequest& request,
                              const nlu::ParseReply& own) override;
  Result<Parse> fetch(const Call& call, const nlu::ParseRequest& request) const;
  std::vector<nlu::Found> found_in(std::string_view text, const Parse& parse) const;

  const Config config_;
};

}  // namespace conserje::rasa
