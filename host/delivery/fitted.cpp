#include "delivery/fitted.hpp"

namespace conserje {
namespace {

bool carries(const channel::Media& media, const channel::Capabilities& can) {
  return media.kind == "voice" ? can.audio : can.media;
}

}  // namespace

bool is_rich(const channel::SendRequest& request) {
  return request.media || request.location || !request.list_title.empty();
}

channel::SendRequest fitted(channel::SendRequest request, const channel::Capabilities& can) {
  if (request.media && !carries(*request.media, can)) request.media.reset();
  if (!can.location) request.location.reset();
  if (static_cast<std::int64_t>(request.buttons.size()) > can.max_list) request.list_title.clear();
  return request;
}

channel::SendRequest in_words(channel::SendRequest request) {
  request.media.reset();
  return request;
}

}  // namespace conserje
