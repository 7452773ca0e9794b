/* Answers with the attachments that it was given; dies or hangs when its head says so. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "conserje/cj.h"

static cj_buf copy_of(cj_str from) {
  char *bytes = malloc(from.size + 1);
  if (from.size > 0) memcpy(bytes, from.data, from.size);
  return (cj_buf){bytes, from.size, bytes, free};
}

static int is(cj_str head, const char *what) {
  return head.size == strlen(what) && memcmp(head.data, what, head.size) == 0;
}

static void invoke(void *self, const cj_call *call, const cj_request *request, cj_result *result) {
  (void)self, (void)call;
  if (is(request->head, "segv")) raise(SIGSEGV);
  while (is(request->head, "hang")) sched_yield();
  cj_buf *attachments = calloc(request->attachment_count + 1, sizeof(cj_buf));
  for (uint64_t i = 0; i < request->attachment_count; ++i)
    attachments[i] = copy_of(request->attachments[i]);
  result->attachments = attachments;
  result->attachment_count = request->attachment_count;
  result->attachments_owner = attachments;
  result->release_attachments = free;
}

static void destroy(void *self) { (void)self; }

static const cj_instance kInstance = {
    .size = sizeof(cj_instance), .invoke = invoke, .destroy = destroy};

static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  (void)host, (void)call, (void)config, (void)result;
  *instance = &kInstance;
}

static const cj_plugin kPlugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};

const cj_plugin *cj_entry(uint32_t abi) { return abi == CJ_ABI_VERSION ? &kPlugin : NULL; }
