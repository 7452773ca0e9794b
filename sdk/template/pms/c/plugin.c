/* pms/example: reservations in Example. Threads: any number; nothing here changes after create. */
#include "conserje/c.h"

#define METHOD(number) CJ_METHOD(CJ_KIND_PMS, number)

typedef struct example {
  cj_instance table;
  cj_host host;
  cj_out url;
  cj_out token; /* A handle: cj_secret gives the value. */
} example;

static void refuse(cj_result* result, const char* why) {
  cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), why);
}

/* Where Example answers a method, and the member without which its answer is none. Its documents
 * are like ours here: what yours needs instead is a mapping of the request before, and of the reply
 * after. */
typedef struct route {
  uint32_t method;
  const char* path;
  const char* asks_for; /* A member of the request. */
  const char* answers;  /* A member of the reply. */
} route;

static const route kRoutes[] = {
    {METHOD(1), "/availability", "stay", "offers"},
    {METHOD(5), "/create", "reference", "outcome"},
    {METHOD(6), "/retrieve", NULL, "outcome"},
    {METHOD(7), "/find", "guest_key", "reservations"},
    {METHOD(8), "/modify", "id", "outcome"},
    {METHOD(9), "/cancel", NULL, "outcome"},
    {METHOD(15), "/arrivals", "from", "reservations"},
};

static const route* find_route(uint32_t method) {
  for (size_t i = 0; i < sizeof kRoutes / sizeof *kRoutes; ++i)
    if (kRoutes[i].method == method) return &kRoutes[i];
  return NULL;
}

/* One exchange with Example: `path` below the configured URL. Ends with cj_http_end. */
static cj_exchange ask_example(const example* self, const cj_call* call, const char* path,
                               cj_str body) {
  cj_out token = {0};
  cj_out url = {0};
  cj_exchange exchange = {0};
  cj_put_bytes(&url, self->url.data, self->url.size);
  cj_put(&url, path);
  exchange.status = CJ_STATUS(CJ_CLASS_CONFIG, 0);
  if (cj_secret(&self->host, self->token.data, &token) && !url.failed)
    exchange = cj_http(&self->host, call, "POST", url.data, token.data, body);
  cj_out_free(&token);
  cj_out_free(&url);
  return exchange;
}

/* Whether Example's reply is what the method promises. */
static int is_answer(const route* to, cj_str reply) {
  if (!cj_json_is(reply, '{')) return 0;
  const cj_str member = cj_json_member(reply, to->answers);
  if (strcmp(to->answers, "outcome") != 0) return cj_json_is(member, '[');
  return cj_is(member, "\"done\"") || cj_is(member, "\"no_availability\"") ||
         cj_is(member, "\"not_found\"");
}

/* Posts {"key", "request"}: Example does the same key once. */
static void ask(const example* self, const cj_call* given, const route* to, cj_str head,
                cj_result* result) {
  cj_call call;
  cj_out body = {0};
  cj_out reply = {0};
  CJ_COPY(&call, given);
  if (to->asks_for != NULL && cj_json_member(head, to->asks_for).size == 0) {
    refuse(result, "a member that the schema requires is missing");
    return;
  }
  cj_put(&body, "{\"key\":");
  cj_put_quoted(&body, call.idempotency_key);
  cj_put(&body, ",\"request\":");
  cj_put_raw(&body, head);
  cj_put(&body, "}");
  const cj_str bytes = {body.data, body.size};
  cj_exchange exchange = ask_example(self, given, to->path, bytes);
  const uint32_t worth = cj_http_worth(&exchange);
  if (worth != CJ_OK) {
    cj_fail(result, worth, "Example did not answer as it should");
  } else if (!is_answer(to, exchange.body)) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_DEADLINE, 0),
            "the reply is not Example's: the outcome is unknown");
  } else {
    cj_put_raw(&reply, exchange.body);
    cj_answer(result, &reply);
  }
  cj_http_end(&exchange);
  cj_out_free(&body);
}

static void invoke(void* self, const cj_call* call, const cj_request* given, cj_result* result) {
  cj_request request;
  CJ_COPY(&request, given);
  if (request.method == CJ_CORE_TIMER) return; /* It sets none. */
  if (request.head.size == 0) request.head = cj_text("{}");
  if (!cj_json_is(request.head, '{')) {
    refuse(result, "the head is no JSON object");
    return;
  }
  const route* to = find_route(request.method);
  if (to == NULL)
    cj_fail(result, CJ_UNSUPPORTED, "no such method");
  else
    ask((const example*)self, call, to, request.head, result);
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
