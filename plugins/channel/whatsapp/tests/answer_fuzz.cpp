// Any bytes as what the Graph API answers: the first byte chooses the status.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "health.hpp"
#include "ledger.hpp"
#include "media.hpp"
#include "payload.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  if (size == 0) return 0;
  constexpr std::int64_t kStatuses[] = {200, 400, 401, 404, 429, 500, 503};
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const HttpResponse response{.status = kStatuses[data[0] % std::size(kStatuses)], .body = body};

  const auto accepted = whatsapp::read_accepted(response, 1);
  demand(!accepted || !accepted->message_id.empty());
  const auto uploaded = whatsapp::read_uploaded(response, 1);
  demand(!uploaded || !uploaded->empty());
  const auto file = whatsapp::read_media(response, 1);
  demand(!file || (!file->url.empty() && file->size >= 0));
  demand(!whatsapp::read_health(response).state.empty());
  demand(whatsapp::read_token_end(response) >= 0);
  (void)whatsapp::is_unsubscribed(response);

  // A link of theirs never leads anywhere but to the places that we know.
  const bool leads_away = whatsapp::is_at(body, {"https://media.test", "http://graph.test:8080"}) &&
                          !body.starts_with("https://media.test") &&
                          !body.starts_with("http://graph.test:8080");
  demand(!leads_away);
  const auto part = whatsapp::read_callback_data(body);
  demand(body.starts_with(part.reference));
  return 0;
}
