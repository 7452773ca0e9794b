/* The frozen layout of every struct in cj.h: offsets and sizes on a 64-bit machine. Included as C11 and C++17. */
#include <stddef.h>

#include "conserje/cj.h"

#ifdef __cplusplus
#define LAYOUT_ASSERT(condition) static_assert(condition, #condition)
#else
#define LAYOUT_ASSERT(condition) _Static_assert(condition, #condition)
#endif

LAYOUT_ASSERT(sizeof(cj_str) == 16);
LAYOUT_ASSERT(offsetof(cj_str, size) == 8);

LAYOUT_ASSERT(sizeof(cj_buf) == 32);
LAYOUT_ASSERT(offsetof(cj_buf, size) == 8);
LAYOUT_ASSERT(offsetof(cj_buf, owner) == 16);
LAYOUT_ASSERT(offsetof(cj_buf, release) == 24);

LAYOUT_ASSERT(sizeof(cj_call) == 80);
LAYOUT_ASSERT(offsetof(cj_call, attempt) == 4);
LAYOUT_ASSERT(offsetof(cj_call, call_id) == 8);
LAYOUT_ASSERT(offsetof(cj_call, deadline_ns) == 16);
LAYOUT_ASSERT(offsetof(cj_call, trace_id) == 24);
LAYOUT_ASSERT(offsetof(cj_call, idempotency_key) == 40);
LAYOUT_ASSERT(offsetof(cj_call, tenant) == 56);
LAYOUT_ASSERT(offsetof(cj_call, cancelled) == 72);

LAYOUT_ASSERT(sizeof(cj_request) == 40);
LAYOUT_ASSERT(offsetof(cj_request, method) == 4);
LAYOUT_ASSERT(offsetof(cj_request, head) == 8);
LAYOUT_ASSERT(offsetof(cj_request, attachments) == 24);
LAYOUT_ASSERT(offsetof(cj_request, attachment_count) == 32);

LAYOUT_ASSERT(sizeof(cj_result) == 144);
LAYOUT_ASSERT(offsetof(cj_result, status) == 4);
LAYOUT_ASSERT(offsetof(cj_result, retry_after_ms) == 8);
LAYOUT_ASSERT(offsetof(cj_result, head) == 16);
LAYOUT_ASSERT(offsetof(cj_result, message) == 48);
LAYOUT_ASSERT(offsetof(cj_result, vendor_code) == 80);
LAYOUT_ASSERT(offsetof(cj_result, attachments) == 112);
LAYOUT_ASSERT(offsetof(cj_result, attachment_count) == 120);
LAYOUT_ASSERT(offsetof(cj_result, attachments_owner) == 128);
LAYOUT_ASSERT(offsetof(cj_result, release_attachments) == 136);

LAYOUT_ASSERT(sizeof(cj_ext_header) == 16);
LAYOUT_ASSERT(offsetof(cj_ext_header, revision) == 4);
LAYOUT_ASSERT(offsetof(cj_ext_header, features) == 8);

LAYOUT_ASSERT(sizeof(cj_host) == 24);
LAYOUT_ASSERT(offsetof(cj_host, abi) == 4);
LAYOUT_ASSERT(offsetof(cj_host, ctx) == 8);
LAYOUT_ASSERT(offsetof(cj_host, get_extension) == 16);

LAYOUT_ASSERT(sizeof(cj_instance) == 72);
LAYOUT_ASSERT(offsetof(cj_instance, self) == 8);
LAYOUT_ASSERT(offsetof(cj_instance, start) == 16);
LAYOUT_ASSERT(offsetof(cj_instance, invoke) == 24);
LAYOUT_ASSERT(offsetof(cj_instance, cancel) == 32);
LAYOUT_ASSERT(offsetof(cj_instance, drain) == 40);
LAYOUT_ASSERT(offsetof(cj_instance, health) == 48);
LAYOUT_ASSERT(offsetof(cj_instance, get_extension) == 56);
LAYOUT_ASSERT(offsetof(cj_instance, destroy) == 64);

LAYOUT_ASSERT(sizeof(cj_plugin) == 24);
LAYOUT_ASSERT(offsetof(cj_plugin, abi) == 4);
LAYOUT_ASSERT(offsetof(cj_plugin, create) == 8);
LAYOUT_ASSERT(offsetof(cj_plugin, get_extension) == 16);

LAYOUT_ASSERT(sizeof(cj_log_v1) == 24);
LAYOUT_ASSERT(sizeof(cj_http_v1) == 24);
LAYOUT_ASSERT(sizeof(cj_kv_v1) == 48);
LAYOUT_ASSERT(sizeof(cj_metrics_v1) == 40);
LAYOUT_ASSERT(sizeof(cj_clock_v1) == 32);
LAYOUT_ASSERT(sizeof(cj_secrets_v1) == 24);
LAYOUT_ASSERT(sizeof(cj_emit_v1) == 24);
LAYOUT_ASSERT(sizeof(cj_timer_v1) == 32);
LAYOUT_ASSERT(sizeof(cj_random_v1) == 24);
LAYOUT_ASSERT(sizeof(cj_crypto_v1) == 64);
