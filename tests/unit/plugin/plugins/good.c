/* A sink in plain C11, with nothing but cj.h: what an integrator without C++ writes. deliver
 * answers with what it was given; its head says which host service to use first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conserje/cj.h"

#define DELIVER CJ_METHOD(CJ_KIND_SINK, 1)

typedef struct sink {
  cj_instance table;
  cj_host host;
  char *config;
} sink;

static cj_str text(const char *literal) { return (cj_str){literal, strlen(literal)}; }

static int has(cj_str in, const char *what) {
  const size_t size = strlen(what);
  for (uint64_t i = 0; i + size <= in.size; ++i)
    if (memcmp(in.data + i, what, size) == 0) return 1;
  return 0;
}

/* The whole of `from`, owned by the buffer. */
static cj_buf copy_of(cj_str from) {
  char *bytes = malloc(from.size + 1);
  if (from.size > 0) memcpy(bytes, from.data, from.size);
  return (cj_buf){bytes, from.size, bytes, free};
}

static const void *service(const sink *self, const char *id) {
  return self->host.get_extension(self->host.ctx, text(id));
}

static void start(void *p, const cj_call *call, cj_result *result) {
  const sink *self = p;
  (void)call;
  if (strstr(self->config, "\"fail\":\"start\"") == NULL) return;
  result->status = CJ_STATUS(CJ_CLASS_AUTH, 0);
  result->message = copy_of(text("the token was not accepted"));
}

static void deliver(const sink *self, const cj_call *call, const cj_request *request,
                    cj_result *result) {
  void *ctx = self->host.ctx;
  char reply[256] = "{}";
  if (has(request->head, "\"config\"")) {
    result->head = copy_of(text(self->config));
    return;
  }
  if (has(request->head, "\"call\"")) {
    snprintf(reply, sizeof reply,
             "{\"attempt\":%u,\"key\":\"%.*s\",\"tenant\":\"%.*s\",\"trace\":\"%.*s\"}",
             call->attempt, (int)call->idempotency_key.size, call->idempotency_key.data,
             (int)call->tenant.size, call->tenant.data, (int)call->trace_id.size,
             call->trace_id.data);
  } else if (has(request->head, "\"kv\"")) {
    const cj_kv_v1 *kv = service(self, "cj.kv/1");
    uint64_t revision = 0;
    const uint32_t put = kv->put(ctx, text("key"), text("value"), 0, &revision);
    const uint32_t again = kv->put(ctx, text("key"), text("other"), 0, &revision);
    snprintf(reply, sizeof reply, "{\"put\":%u,\"again\":%u,\"revision\":%u}", put, again,
             (unsigned)revision);
  } else if (has(request->head, "\"http\"")) {
    const cj_http_v1 *http = service(self, "cj.http/1");
    const cj_request get = {sizeof get, 0, request->attachments[0], NULL, 0};
    http->send(ctx, call, &get, result);
    return;
  } else if (has(request->head, "\"emit\"")) {
    const cj_emit_v1 *emit = service(self, "cj.emit/1");
    const cj_request events = {sizeof events, 0, request->attachments[0], NULL, 0};
    emit->emit(ctx, call, &events, result);
    return;
  } else if (has(request->head, "\"timer\"")) {
    const cj_timer_v1 *timer = service(self, "cj.timer/1");
    snprintf(reply, sizeof reply, "{\"set\":%u}", timer->set(ctx, text("poll"), 1000, 5000));
  }
  result->head = copy_of(text(reply));
  if (request->attachment_count == 0) return;
  cj_buf *attachments = calloc(request->attachment_count, sizeof(cj_buf));
  for (uint64_t i = 0; i < request->attachment_count; ++i)
    attachments[i] = copy_of(request->attachments[i]);
  result->attachments = attachments;
  result->attachment_count = request->attachment_count;
  result->attachments_owner = attachments;
  result->release_attachments = free;
}

static void invoke(void *p, const cj_call *call, const cj_request *request, cj_result *result) {
  const sink *self = p;
  if (request->method == DELIVER) {
    deliver(self, call, request, result);
  } else if (request->method == CJ_CORE_TIMER) {
    const cj_log_v1 *log = service(self, "cj.log/1");
    log->write(self->host.ctx, CJ_LOG_INFO, text("timer"), request->head);
  } else {
    result->status = CJ_UNSUPPORTED;
  }
}

static void drain(void *p, const cj_call *call, cj_result *result) {
  (void)p, (void)call, (void)result;
}

static void health(void *p, cj_result *result) {
  (void)p;
  const cj_str said = text("{\"state\":\"degraded\",\"detail\":\"slow\"}");
  result->head = (cj_buf){said.data, said.size, NULL, NULL}; /* Static bytes need no release. */
}

static void destroy(void *p) {
  sink *self = p;
  free(self->config);
  free(self);
}

static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  (void)call;
  if (has(config, "\"fail\":\"create\"")) {
    result->status = CJ_STATUS(CJ_CLASS_CONFIG, 7);
    result->message = copy_of(text("url is not one of ours"));
    return;
  }
  sink *self = calloc(1, sizeof *self);
  self->host = *host;
  self->config = calloc(1, config.size + 1);
  if (config.size > 0) memcpy(self->config, config.data, config.size);
  self->table = (cj_instance){.size = sizeof(cj_instance),
                              .self = self,
                              .start = start,
                              .invoke = invoke,
                              .drain = drain,
                              .health = health,
                              .destroy = destroy};
  *instance = &self->table;
}

static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};

const cj_plugin *cj_entry(uint32_t abi) { return abi == CJ_ABI_VERSION ? &plugin : NULL; }
