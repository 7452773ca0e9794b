/* channel/example: messages to and from Example's guests. Threads: any number; nothing here changes
 * after create. */
#include "conserje/c.h"

#define SEND CJ_METHOD(CJ_KIND_CHANNEL, 1)
#define HANDLE_WEBHOOK CJ_METHOD(CJ_KIND_CHANNEL, 4)
#define CAPABILITIES CJ_METHOD(CJ_KIND_CHANNEL, 9)

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

/* Posts {"to", "text", "key"}; Example answers {"id"}. */
static void send_message(const example* self, const cj_call* call, cj_str head, cj_result* result) {
  const cj_str to = cj_json_member(head, "recipient");
  const cj_str key = cj_json_member(head, "reference");
  const cj_str text = cj_json_member(head, "text");
  if (!cj_json_is(to, '"') || !cj_json_is(key, '"')) {
    refuse(result, "recipient and reference are needed");
    return;
  }
  cj_out message = {0};
  cj_out reply = {0};
  cj_put(&message, "{\"to\":");
  cj_put_raw(&message, to);
  cj_put(&message, ",\"key\":");
  cj_put_raw(&message, key);
  cj_put(&message, ",\"text\":");
  cj_put_raw(&message, cj_json_is(text, '"') ? text : cj_text("\"\""));
  cj_put(&message, "}");
  const cj_str body = {message.data, message.size};
  cj_exchange exchange = ask_example(self, call, "/messages", body);
  const uint32_t worth = cj_http_worth(&exchange);
  const cj_str id =
      cj_json_is(exchange.body, '{') ? cj_json_member(exchange.body, "id") : cj_text("");
  if (worth != CJ_OK) {
    cj_fail(result, worth, "Example did not take the message");
  } else if (!cj_json_is(id, '"')) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_DEADLINE, 0), "Example gave no id: it may have been sent");
  } else {
    cj_put(&reply, "{\"message_ids\":[");
    cj_put_raw(&reply, id);
    cj_put(&reply, "]}");
    cj_answer(result, &reply);
  }
  cj_http_end(&exchange);
  cj_out_free(&message);
}

/* Whether `signature` is the hexadecimal HMAC-SHA256 of the body with our token. */
static int is_signed(const example* self, cj_str body, cj_str signature) {
  const cj_crypto_v1* crypto = (const cj_crypto_v1*)cj_service(&self->host, "cj.crypto/1");
  cj_out token = {0};
  unsigned char digest[64];
  char expected[129];
  uint64_t size = 0;
  int same = 0;
  if (crypto != NULL && cj_secret(&self->host, self->token.data, &token)) {
    const cj_str key = {token.data, token.size};
    if (crypto->hmac(self->host.ctx, CJ_SHA256, key, body, digest, &size) == CJ_OK) {
      for (uint64_t i = 0; i < size; ++i)
        snprintf(expected + 2 * i, 3, "%02x", (unsigned)digest[i]);
      same = crypto->equal(self->host.ctx, cj_text(expected), signature) == 1;
    }
  }
  cj_out_free(&token);
  return same;
}

/* Example posts {"messages": [{"id", "from", "text", "at_ms"}]}. */
static void handle_webhook(const example* self, const cj_request* request, cj_result* result) {
  const cj_str body = request->attachment_count > 0 ? request->attachments[0] : cj_text("");
  const cj_str headers = request->attachment_count > 1 ? request->attachments[1] : cj_text("");
  cj_out events = {0};
  cj_str message;
  if (!is_signed(self, body, cj_header(headers, "x-example-signature"))) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_AUTH, 0), "the signature does not verify");
    return;
  }
  cj_str rest = cj_json_is(body, '{') ? cj_json_member(body, "messages") : cj_text("");
  if (!cj_json_is(rest, '[')) {
    refuse(result, "the body is not Example's");
    return;
  }
  cj_put(&events, "{\"messages\":[");
  while (!events.failed && cj_json_next(&rest, &message)) {
    const cj_str id = cj_json_member(message, "id");
    const cj_str from = cj_json_member(message, "from");
    const cj_str text = cj_json_member(message, "text");
    if (!cj_json_is(id, '"') || !cj_json_is(from, '"') || !cj_json_is(text, '"')) continue;
    cj_put(&events, events.data[events.size - 1] == '[' ? "{\"id\":" : ",{\"id\":");
    cj_put_raw(&events, id);
    cj_put(&events, ",\"account\":\"\",\"type\":\"text\",\"sender_id\":");
    cj_put_raw(&events, from);
    cj_put(&events, ",\"text\":");
    cj_put_raw(&events, text);
    cj_put(&events, ",\"timestamp_ms\":");
    cj_put_number(&events, cj_json_number(cj_json_member(message, "at_ms"), 0));
    cj_put(&events, "}");
  }
  cj_put(&events, "]}");
  cj_answer(result, &events);
}

static void capabilities(cj_result* result) {
  cj_out reply = {0};
  cj_put(&reply, "{\"max_text\":4096}");
  cj_answer(result, &reply);
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
    case SEND: send_message((const example*)self, call, request.head, result); break;
    case HANDLE_WEBHOOK: handle_webhook((const example*)self, &request, result); break;
    case CAPABILITIES: capabilities(result); break;
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
