#include <algorithm>

#include "conserje/channel_types.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

/// What the handler is told of the call. The deadline is the plugin's word; the handler has its own
/// besides.
CallSpec to_spec(const cj_call& call) {
  CallSpec spec{.attempt = call.attempt,
                .idempotency_key = view(call.idempotency_key),
                .tenant = view(call.tenant),
                .trace_id = view(call.trace_id)};
  if (call.deadline_ns != 0)
    spec.deadline = MonotonicTime(
        std::chrono::nanoseconds(std::min<std::uint64_t>(call.deadline_ns, INT64_MAX)));
  return spec;
}

Result<Reply> emit(ServiceContext& context, const cj_call& call, const Request& request) {
  auto events = decode<channel::EmitRequest>(request.head);
  if (!events) return Error{ErrorClass::permanent, "cj.emit/1: " + events.error().message};
  // Storing waits for the disk; handling may need the very slot that this call holds.
  if (context.client->in_inline_call() || (events->wait && context.client->in_call())) {
    context.misuse("cj.emit inside invoke");
    return Error{ErrorClass::bug,
                 "cj.emit/1: not in an inline method, and inside invoke only without wait"};
  }
  if (events->stop_host && !context.permissions.stop_host)
    return Error{ErrorClass::config,
                 "cj.emit/1: stop_host is not among the manifest's permissions"};
  const auto reply = context.sources.emit(context.plugin, to_spec(call), *std::move(events));
  if (!reply) return reply.error();
  return Reply{.head = encode(*reply)};
}

constexpr cj_emit_v1 kTable = {
    {sizeof(cj_emit_v1), 1, 0},
    [](void* ctx, const cj_call* call, const cj_request* request, cj_result* result) {
      serve_request(ctx, call, request, result, emit);
    }};

}  // namespace

const cj_ext_header* emit_service(const ServiceContext& context) {
  return context.sources.emit ? &kTable.header : nullptr;
}

}  // namespace conserje
