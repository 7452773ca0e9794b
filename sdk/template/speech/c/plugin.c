/* speech/example: Example hears and speaks. Threads: any number; nothing here changes after create.
 */
#include "conserje/c.h"

#define TRANSCRIBE CJ_METHOD(CJ_KIND_SPEECH, 1)
#define SYNTHESISE CJ_METHOD(CJ_KIND_SPEECH, 2)

typedef struct example {
  cj_instance table;
  cj_host host;
  cj_out url;
  cj_out token; /* A handle: cj_secret gives the value. */
} example;

static void refuse(cj_result* result, const char* why) {
  cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), why);
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

/* Posts the audio; Example answers {"text"}. */
static void transcribe(const example* self, const cj_call* call, const cj_request* request,
                       cj_result* result) {
  cj_out reply = {0};
  if (request->attachment_count == 0) {
    refuse(result, "the audio is missing");
    return;
  }
  cj_exchange exchange = ask_example(self, call, "/transcribe", request->attachments[0]);
  const uint32_t worth = cj_http_worth(&exchange);
  const cj_str text =
      cj_json_is(exchange.body, '{') ? cj_json_member(exchange.body, "text") : cj_text("");
  if (worth != CJ_OK || !cj_json_is(text, '"')) {
    cj_fail(result, worth != CJ_OK ? worth : CJ_STATUS(CJ_CLASS_RETRY, 0), "Example gave no text");
  } else {
    cj_put(&reply, "{\"text\":");
    cj_put_raw(&reply, text);
    cj_put(&reply, "}");
    cj_answer(result, &reply);
  }
  cj_http_end(&exchange);
}

/* Posts {"text"}; Example answers with the audio. */
static void synthesise(const example* self, const cj_call* call, cj_str head, cj_result* result) {
  const cj_str text = cj_json_member(head, "text");
  cj_out body = {0};
  cj_out reply = {0};
  cj_out audio = {0};
  if (!cj_json_is(text, '"')) {
    refuse(result, "text is needed");
    return;
  }
  cj_put(&body, "{\"text\":");
  cj_put_raw(&body, text);
  cj_put(&body, "}");
  const cj_str bytes = {body.data, body.size};
  cj_exchange exchange = ask_example(self, call, "/synthesise", bytes);
  const uint32_t worth = cj_http_worth(&exchange);
  if (worth != CJ_OK) {
    cj_fail(result, worth, "Example did not speak");
  } else {
    cj_put(&reply, "{\"mime_type\":\"audio/ogg\"}");
    cj_put_raw(&audio, exchange.body);
    cj_answer_with(result, &reply, &audio);
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
  switch (request.method) {
    case TRANSCRIBE: transcribe((const example*)self, call, &request, result); break;
    case SYNTHESISE: synthesise((const example*)self, call, request.head, result); break;
    default: cj_fail(result, CJ_UNSUPPORTED, "no such method"); break;
  }
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
