#include <algorithm>

#include "conserje/http_types.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr Millis kDefaultTimeout{30'000};  // Where the call has no deadline.
constexpr std::int64_t kDefaultResponseBytes = 1024 * 1024;
constexpr std::int64_t kMostResponseBytes = 64 * 1024 * 1024;

MonotonicTime deadline_of(const ServiceContext& context, const cj_call& call,
                          const http::HttpCall& request) {
  const auto now = context.sources.clock->monotonic();
  auto deadline = now + kDefaultTimeout;
  if (call.deadline_ns != 0)
    deadline = MonotonicTime(
        std::chrono::nanoseconds(std::min<std::uint64_t>(call.deadline_ns, INT64_MAX)));
  constexpr std::int64_t kDay = 24 * 3'600'000;
  if (request.timeout_ms > 0)
    deadline = std::min(deadline, now + Millis(std::min(request.timeout_ms, kDay)));
  return deadline;
}

Result<Reply> send(ServiceContext& context, const cj_call& call, const Request& request) {
  if (context.client->in_inline_call()) {
    context.misuse("cj.http in an inline method");
    return Error{ErrorClass::bug, "cj.http/1: not in an inline method, which must not block"};
  }
  auto decoded = decode<http::HttpCall>(request.head);
  if (!decoded) return Error{ErrorClass::bug, "cj.http/1: " + decoded.error().message};
  if (!context.http_access.allows(decoded->url))
    return Error{ErrorClass::config, "cj.http/1: " + url_host(decoded->url).value_or("this URL") +
                                         " is not among the manifest's permissions.http (" +
                                         context.http_access.wanted() + ")"};

  OutboundRequest outbound{
      .method = std::move(decoded->method),
      .url = std::move(decoded->url),
      .body = request.attachments.empty() ? std::string() : std::string(request.attachments[0]),
      .deadline = deadline_of(context, call, *decoded),
      .max_response_bytes =
          static_cast<std::size_t>(decoded->max_response_bytes <= 0
                                       ? kDefaultResponseBytes
                                       : std::min(decoded->max_response_bytes, kMostResponseBytes)),
      .allow_private_addresses = !decoded->user_supplied};
  for (auto& [name, value] : decoded->headers)
    outbound.headers.emplace_back(std::move(name), std::move(value));

  auto reply = context.sources.http(std::move(outbound), context.stop.get_token());
  if (!reply) return reply.error();
  http::HttpReply head{.status = reply->status};
  for (auto& [name, value] : reply->headers)
    head.headers.push_back({std::move(name), std::move(value)});
  return Reply{.head = encode(head), .attachments = {std::move(reply->body)}};
}

constexpr cj_http_v1 kTable = {
    {sizeof(cj_http_v1), 1, 0},
    [](void* ctx, const cj_call* call, const cj_request* request, cj_result* result) {
      serve_request(ctx, call, request, result, send);
    }};

}  // namespace

const cj_ext_header* http_service(const ServiceContext& context) {
  return context.sources.http && !context.permissions.http.empty() ? &kTable.header : nullptr;
}

}  // namespace conserje
