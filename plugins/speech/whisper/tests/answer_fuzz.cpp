// Any bytes as what a transcription server answers: the first byte chooses the status.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "errors.hpp"
#include "payload.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  if (size == 0) return 0;
  constexpr std::int64_t kStatuses[] = {200, 400, 422, 429, 500, 503};
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const HttpResponse response{.status = kStatuses[data[0] % std::size(kStatuses)],
                              .headers = {{"retry-after", body.substr(0, 32)}},
                              .body = body};
  (void)whisper::to_error(response);
  (void)whisper::refuses_format(response);
  const auto transcription = whisper::read_transcription(body);
  if (!transcription) return 0;
  const auto transcript = whisper::to_transcript(*transcription);
  const bool is_one_line = transcript.text.find('\n') == std::string::npos;
  if (!is_one_line || transcript.confidence < 0 || transcript.confidence > 1) std::abort();
  return 0;
}
