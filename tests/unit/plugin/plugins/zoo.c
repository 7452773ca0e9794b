/* A plugin that breaks cj.h in the way that the request names, or hangs. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "conserje/cj.h"

typedef struct animal {
  cj_instance table;
  cj_host host;
} animal;

static cj_str text(const char *literal) { return (cj_str){literal, strlen(literal)}; }
static cj_buf fixed(const char *literal) { return (cj_buf){literal, strlen(literal), NULL, NULL}; }

static int is(const cj_request *request, const char *what) {
  return request->head.size == strlen(what) &&
         memcmp(request->head.data, what, request->head.size) == 0;
}

static int cancelled(const cj_call *call) {
  return __atomic_load_n(call->cancelled, __ATOMIC_ACQUIRE) != 0;
}

static void invoke(void *p, const cj_call *call, const cj_request *request, cj_result *result) {
  animal *self = p;
  static char block[8];
  static cj_buf nowhere = {NULL, 8, NULL, NULL};
  result->head = fixed("{}");
  if (is(request, "no data")) {
    result->head = nowhere;
  } else if (is(request, "huge")) {
    result->head = (cj_buf){block, (uint64_t)1 << 40, NULL, NULL};
  } else if (is(request, "no release")) {
    result->head = (cj_buf){block, 1, block, NULL};
  } else if (is(request, "not JSON")) {
    result->head = fixed("{\"a\":");
  } else if (is(request, "not UTF-8")) {
    result->head = fixed("{\"a\":\"\xff\"}");
  } else if (is(request, "size")) {
    result->size = 3;
  } else if (is(request, "attachments nowhere")) {
    result->attachment_count = 1;
  } else if (is(request, "many attachments")) {
    result->attachments = &nowhere;
    result->attachment_count = UINT64_MAX;
  } else if (is(request, "bad attachment")) {
    result->attachments = &nowhere;
    result->attachment_count = 1;
  } else if (is(request, "unknown class")) {
    result->status = 0xfe000001u;
  } else if (is(request, "whole error")) {
    result->status = CJ_STATUS(CJ_CLASS_RETRY, 429);
    result->retry_after_ms = UINT64_MAX;
    result->message = fixed("slow\ndown \xff please");
    result->vendor_code = fixed("131047");
  } else if (is(request, "hang")) { /* As it should be: it gives up when it is told to. */
    while (!cancelled(call)) sched_yield();
    result->status = CJ_STATUS(CJ_CLASS_DEADLINE, 0);
  } else if (is(request, "stubborn")) { /* Heeds nothing, until the host answers no more. */
    const cj_clock_v1 *clock =
        (const cj_clock_v1 *)self->host.get_extension(self->host.ctx, text("cj.clock/1"));
    while (clock->monotonic_ns(self->host.ctx) != 0) sched_yield();
  }
}

static void cancel(void *p, uint64_t call_id) { (void)p, (void)call_id; }

static void health(void *p, cj_result *result) {
  (void)p;
  result->head = fixed("[]");
}

static void destroy(void *p) { free(p); }

static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  (void)call, (void)config, (void)result;
  animal *self = calloc(1, sizeof *self);
  self->host = *host;
  self->table = (cj_instance){.size = sizeof(cj_instance),
                              .self = self,
                              .invoke = invoke,
                              .cancel = cancel,
                              .health = health,
                              .destroy = destroy};
  *instance = &self->table;
}

static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};

const cj_plugin *cj_entry(uint32_t abi) { return abi == CJ_ABI_VERSION ? &plugin : NULL; }
