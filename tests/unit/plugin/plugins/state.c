/* A sink that counts what it is asked, and hands the count over at a reload. "fail" of its
 * configuration: the step that it fails at. */
#include "conserje/c.h"

#define DELIVER CJ_METHOD(CJ_KIND_SINK, 1)

typedef struct sink {
  cj_instance table;
  cj_out fail;
  long long count;
  int started;
} sink;

static int fails_at(const sink *self, const char *step, cj_result *result) {
  if (self->fail.data == NULL || strcmp(self->fail.data, step) != 0) return 0;
  cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "as configured");
  return 1;
}

static void start(void *given, const cj_call *call, cj_result *result) {
  sink *self = given;
  (void)call;
  if (!fails_at(self, "start", result)) self->started = 1;
}

/* Static, because a result with a flaw is not released. */
static void give_too_much(cj_result *result) {
  static char bytes[17 * 1024 * 1024];
  static cj_buf buffer;
  buffer.data = bytes;
  buffer.size = sizeof bytes;
  result->status = CJ_OK;
  result->message.size = 0;
  result->attachments = &buffer;
  result->attachment_count = 1;
}

static void export_state(sink *self, cj_result *result) {
  cj_out head = {0}, state = {0};
  if (fails_at(self, "export", result)) return;
  if (fails_at(self, "huge export", result)) {
    give_too_much(result);
    return;
  }
  cj_put(&head, "{\"format\":\"count/1\"}");
  cj_put_number(&state, self->count);
  cj_answer_with(result, &head, &state);
}

static void import_state(sink *self, const cj_request *request, cj_result *result) {
  if (fails_at(self, "import", result)) return;
  if (self->started || request->attachment_count != 1 ||
      !cj_is(cj_json_member(request->head, "format"), "\"count/1\"")) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "no state of ours");
    return;
  }
  for (uint64_t i = 0; i < request->attachments[0].size; ++i)
    self->count = self->count * 10 + (request->attachments[0].data[i] - '0');
}

static void invoke(void *given, const cj_call *call, const cj_request *request, cj_result *result) {
  sink *self = given;
  cj_out head = {0};
  (void)call;
  if (request->method == CJ_CORE_EXPORT_STATE) {
    export_state(self, result);
  } else if (request->method == CJ_CORE_IMPORT_STATE) {
    import_state(self, request, result);
  } else if (request->method == DELIVER) {
    cj_put(&head, "{\"count\":");
    cj_put_number(&head, ++self->count);
    cj_put(&head, "}");
    cj_answer(result, &head);
  } else {
    cj_fail(result, CJ_UNSUPPORTED, "no such method");
  }
}

static void destroy(void *given) {
  sink *self = given;
  cj_out_free(&self->fail);
  free(self);
}

static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  sink *self = calloc(1, sizeof *self);
  (void)host, (void)call, (void)result;
  (void)cj_json_text(cj_json_member(config, "fail"), &self->fail);
  self->table = (cj_instance){.size = sizeof(cj_instance),
                              .self = self,
                              .start = start,
                              .invoke = invoke,
                              .destroy = destroy};
  *instance = &self->table;
}

static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};

const cj_plugin *cj_entry(uint32_t abi) { return abi == CJ_ABI_VERSION ? &plugin : NULL; }
