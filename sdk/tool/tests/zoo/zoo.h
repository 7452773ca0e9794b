/* A sink that does everything right, in pieces: each animal of the zoo puts one wrong piece in its
 * place, `const zoo_pieces zoo = {.invoke = ...}`, and leaves the others. */
#ifndef CONSERJE_ZOO_H
#define CONSERJE_ZOO_H

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "conserje/c.h"

#define ZOO_DELIVER CJ_METHOD(CJ_KIND_SINK, 1)

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zoo_pieces {
  const cj_plugin *(*entry)(uint32_t abi);
  void (*create)(const cj_host *host, const cj_call *call, cj_str config,
                 const cj_instance **instance, cj_result *result);
  const cj_ext_header *(*plugin_extension)(cj_str id);
  void (*start)(void *self, const cj_call *call, cj_result *result);
  void (*invoke)(void *self, const cj_call *call, const cj_request *request, cj_result *result);
  void (*cancel)(void *self, uint64_t call_id);
  void (*drain)(void *self, const cj_call *call, cj_result *result);
  void (*health)(void *self, cj_result *result);
  void (*destroy)(void *self);
  const char *(*word)(const cj_exchange *exchange); /* Of one delivery's result. */
} zoo_pieces;
extern const zoo_pieces zoo;

typedef struct zoo_sink {
  cj_instance table;
  cj_host host;
  cj_out url;
  cj_out token;
  pthread_t thread;
  int has_thread;
  uint32_t stop;
  unsigned calls;
} zoo_sink;

__attribute__((unused)) static void zoo_sleep_ms(long ms) {
  const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

/* Calls a function that a plugin may not even ask for, so that level 1 does not see it. */
__attribute__((unused)) static void *zoo_find(const char *name) {
  return dlsym(RTLD_DEFAULT, name);
}

__attribute__((unused)) static void zoo_log(const zoo_sink *self, const char *text) {
  const cj_log_v1 *log = (const cj_log_v1 *)cj_service(&self->host, "cj.log/1");
  const cj_str none = {NULL, 0};
  if (log != NULL) log->write(self->host.ctx, CJ_LOG_INFO, cj_text(text), none);
}

__attribute__((unused)) static const char *good_word(const cj_exchange *exchange) {
  switch (CJ_STATUS_CLASS(cj_http_worth(exchange))) {
    case 0: return "ok";
    case CJ_CLASS_PERMANENT: return "permanent";
    case CJ_CLASS_AUTH: return "auth";
    case CJ_CLASS_CONFIG: return "config";
    default: return "retry";
  }
}

static void zoo_deliver_one(zoo_sink *self, const cj_call *call, cj_out *reply) {
  cj_exchange exchange =
      cj_http(&self->host, call, "POST", self->url.data, NULL, cj_text("{\"note\":1}"));
  cj_put(reply, reply->data[reply->size - 1] == '[' ? "{\"status\":\"" : ",{\"status\":\"");
  cj_put(reply, zoo.word != NULL ? zoo.word(&exchange) : good_word(&exchange));
  cj_put(reply, "\"}");
  cj_http_end(&exchange);
}

__attribute__((unused)) static void good_invoke(void *given, const cj_call *call,
                                                const cj_request *asked, cj_result *result) {
  zoo_sink *self = (zoo_sink *)given;
  cj_request request;
  cj_out reply;
  cj_str item;
  CJ_COPY(&request, asked);
  memset(&reply, 0, sizeof reply);
  if (request.method == CJ_CORE_TIMER) return;
  if (request.method != ZOO_DELIVER) {
    cj_fail(result, CJ_UNSUPPORTED, "no such method");
    return;
  }
  cj_str rest =
      cj_json_is(request.head, '{') ? cj_json_member(request.head, "deliveries") : request.head;
  if (!cj_json_is(rest, '[') || rest.data == request.head.data) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "not a request to deliver");
    return;
  }
  cj_put(&reply, "{\"results\":[");
  while (!reply.failed && cj_json_next(&rest, &item)) zoo_deliver_one(self, call, &reply);
  cj_put(&reply, "]}");
  cj_answer(result, &reply);
}

__attribute__((unused)) static void good_start(void *self, const cj_call *call, cj_result *result) {
  (void)self;
  (void)call;
  (void)result;
}
__attribute__((unused)) static void good_drain(void *self, const cj_call *call, cj_result *result) {
  (void)self;
  (void)call;
  (void)result;
}
__attribute__((unused)) static void good_cancel(void *self, uint64_t call_id) {
  (void)self;
  (void)call_id;
}
__attribute__((unused)) static void good_health(void *self, cj_result *result) {
  static const char kOk[] = "{\"state\":\"ok\"}";
  (void)self;
  result->head.data = kOk;
  result->head.size = sizeof kOk - 1;
}

__attribute__((unused)) static void good_destroy(void *given) {
  zoo_sink *self = (zoo_sink *)given;
  cj_out_free(&self->url);
  cj_out_free(&self->token);
  free(self);
}

__attribute__((unused)) static void good_create(const cj_host *host, const cj_call *call,
                                                cj_str config, const cj_instance **instance,
                                                cj_result *result) {
  zoo_sink *self = (zoo_sink *)calloc(1, sizeof *self);
  (void)call;
  if (self == NULL) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_RETRY, 0), "no memory");
    return;
  }
  CJ_COPY(&self->host, host);
  if (!cj_json_is(config, '{') || !cj_json_text(cj_json_member(config, "url"), &self->url) ||
      !cj_json_text(cj_json_member(config, "token"), &self->token)) {
    good_destroy(self);
    cj_fail(result, CJ_STATUS(CJ_CLASS_CONFIG, 0), "url and token are needed");
    return;
  }
  self->table.size = sizeof self->table;
  self->table.self = self;
  self->table.start = zoo.start != NULL ? zoo.start : good_start;
  self->table.invoke = zoo.invoke != NULL ? zoo.invoke : good_invoke;
  self->table.cancel = zoo.cancel != NULL ? zoo.cancel : good_cancel;
  self->table.drain = zoo.drain != NULL ? zoo.drain : good_drain;
  self->table.health = zoo.health != NULL ? zoo.health : good_health;
  self->table.destroy = zoo.destroy != NULL ? zoo.destroy : good_destroy;
  *instance = &self->table;
}

__attribute__((unused)) static const cj_plugin *good_entry(uint32_t abi) {
  static cj_plugin plugin;
  plugin.size = sizeof plugin;
  plugin.abi = CJ_ABI_VERSION;
  plugin.create = zoo.create != NULL ? zoo.create : good_create;
  plugin.get_extension = zoo.plugin_extension;
  return abi == CJ_ABI_VERSION ? &plugin : NULL;
}

__attribute__((visibility("default"))) const cj_plugin *cj_entry(uint32_t abi) {
  return zoo.entry != NULL ? zoo.entry(abi) : good_entry(abi);
}

#ifdef __cplusplus
}
#endif

#endif
