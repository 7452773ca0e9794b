/* sink/example: tells each event as a note in Example's inbox. Threads: any number; nothing here
 * changes after create. */
#include "conserje/c.h"

#define DELIVER CJ_METHOD(CJ_KIND_SINK, 1)

typedef struct example {
  cj_instance table;
  cj_host host;
  cj_out url;
  cj_out token; /* A handle: cj_secret gives the value. */
} example;

/* Example's document of a note. The key is the same at each attempt: Example drops the second one.
 */
static void put_note(cj_out* out, cj_str event) {
  cj_put(out, "{\"key\":");
  cj_put_raw(out, cj_json_member(event, "id"));
  cj_put(out, ",\"text\":");
  cj_put_raw(out, cj_json_member(event, "type"));
  cj_put(out, "}");
}

/* What Example's answer is worth: the host acts on this word alone. */
static const char* word_of(uint32_t status) {
  switch (CJ_STATUS_CLASS(status)) {
    case 0: return "ok";
    case CJ_CLASS_PERMANENT: return "permanent";
    case CJ_CLASS_AUTH: return "auth";
    case CJ_CLASS_CONFIG: return "config";
    default: return "retry";
  }
}

static void deliver_one(const example* self, const cj_call* call, const char* token,
                        cj_str delivery, cj_out* results) {
  cj_out note = {0};
  put_note(&note, cj_json_member(delivery, "event"));
  const cj_str body = {note.data, note.size};
  cj_exchange exchange = cj_http(&self->host, call, "POST", self->url.data, token, body);
  cj_put(results, results->data[results->size - 1] == '[' ? "{\"status\":\"" : ",{\"status\":\"");
  cj_put(results, word_of(cj_http_worth(&exchange)));
  cj_put(results, "\",\"http_status\":");
  cj_put_number(results, exchange.http_status);
  cj_put(results, "}");
  cj_http_end(&exchange);
  cj_out_free(&note);
}

static void deliver(const example* self, const cj_call* call, cj_str head, cj_result* result) {
  cj_str rest = cj_json_member(head, "deliveries");
  cj_str delivery;
  cj_out token = {0};
  cj_out reply = {0};
  if (!cj_json_is(rest, '[')) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "deliveries are missing");
  } else if (!cj_secret(&self->host, self->token.data, &token)) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_CONFIG, 0), "the token is not there");
  } else {
    cj_put(&reply, "{\"results\":[");
    while (!reply.failed && cj_json_next(&rest, &delivery))
      deliver_one(self, call, token.data, delivery, &reply);
    cj_put(&reply, "]}");
    cj_answer(result, &reply);
  }
  cj_out_free(&token);
}

static void invoke(void* self, const cj_call* call, const cj_request* given, cj_result* result) {
  cj_request request;
  CJ_COPY(&request, given);
  if (request.method == CJ_CORE_TIMER) return; /* It sets none. */
  if (request.method != DELIVER)
    cj_fail(result, CJ_UNSUPPORTED, "this sink delivers, and nothing else");
  else if (!cj_json_is(request.head, '{'))
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "the head is no JSON object");
  else
    deliver((const example*)self, call, request.head, result);
}

static void destroy(void* given) {
  example* self = (example*)given;
  cj_out_free(&self->url);
  cj_out_free(&self->token);
  free(self);
}

static void create(const cj_host* host, const cj_call* call, cj_str config,
                   const cj_instance** instance, cj_result* result) {
  (void)call;
  example* self = (example*)calloc(1, sizeof *self);
  if (self == NULL) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_RETRY, 0), "no memory");
    return;
  }
  CJ_COPY(&self->host, host);
  if (!cj_json_is(config, '{') || !cj_json_text(cj_json_member(config, "url"), &self->url) ||
      !cj_json_text(cj_json_member(config, "token"), &self->token)) {
    destroy(self);
    cj_fail(result, CJ_STATUS(CJ_CLASS_CONFIG, 0), "url and token are needed");
    return;
  }
  self->table.size = sizeof self->table;
  self->table.self = self;
  self->table.invoke = invoke;
  self->table.destroy = destroy;
  *instance = &self->table;
}

__attribute__((visibility("default"))) const cj_plugin* cj_entry(uint32_t abi) {
  static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};
  return abi == CJ_ABI_VERSION ? &plugin : NULL;
}
