#pragma once

#include <string>

#include "conserje/plugin.hpp"
#include "conserje/speech_types.hpp"

namespace conserje {

/// Audio to text and back. Schema: sdk/schema/speech.v1.json, which documents every field.
class Speech : public Plugin {
 public:
  /// Spoken words with their description.
  struct Synthesis {
    speech::Audio audio{};  ///< Its type and length.
    std::string bytes{};    ///< The sound itself.
  };

  /// What is said in `audio`; an empty text when nothing was understood. [pool thread]
  virtual Result<speech::Transcript> transcribe(const Call&, const speech::TranscribeRequest&,
                                                std::string_view /*audio*/) {
    return detail::unsupported(speech::method::transcribe);
  }
  /// `text` as audio. [pool thread]
  virtual Result<Synthesis> synthesise(const Call&, const speech::SynthesiseRequest&) {
    return detail::unsupported(speech::method::synthesise);
  }

  Result<Reply> invoke(const Call& call, const Request& request) final {
    switch (request.method) {
      case speech::method::transcribe: {
        const auto audio =
            request.attachments.empty() ? std::string_view() : request.attachments[0];
        return detail::typed<speech::TranscribeRequest>(
            request, [&](const auto& in) { return transcribe(call, in, audio); });
      }
      case speech::method::synthesise: {
        const auto in = decode<speech::SynthesiseRequest>(request.head);
        if (!in) return in.error();
        auto spoken = synthesise(call, *in);
        if (!spoken) return spoken.error();
        return Reply{.head = encode(spoken->audio), .attachments = {std::move(spoken->bytes)}};
      }
      default: return detail::unsupported(request.method);
    }
  }
};

}  // namespace conserje
