/* Answers with the attachments that it was given; dies or hangs when its head says so: "segv";
 * "hang", busily; "sleep", for ever; "read N", until something comes from that descriptor. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conserje/cj.h"

static cj_buf copy_of(cj_str from) {
  char *bytes = malloc(from.size + 1);
  if (from.size > 0) memcpy(bytes, from.data, from.size);
  return (cj_buf){bytes, from.size, bytes, free};
}

static int is(cj_str head, const char *what) {
  return head.size == strlen(what) && memcmp(head.data, what, head.size) == 0;
}

static void wait_for(int descriptor) {
  char byte;
  (void)!read(descriptor, &byte, 1);
}

static void invoke(void *self, const cj_call *call, const cj_request *request, cj_result *result) {
  (void)self, (void)call;
  if (is(request->head, "segv")) raise(SIGSEGV);
  while (is(request->head, "hang")) sched_yield();
  while (is(request->head, "sleep")) pause();
  if (request->head.size > 5 && memcmp(request->head.data, "read ", 5) == 0)
    wait_for(atoi(request->head.data + 5));
  if (request->attachment_count == 0) return; /* Nothing of its own in the price of a call. */
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
