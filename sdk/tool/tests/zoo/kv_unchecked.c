/* It believes that what it stored is there. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  const cj_kv_v1 *kv = (const cj_kv_v1 *)cj_service(&sink->host, "cj.kv/1");
  cj_buf value = {0};
  uint64_t revision = 0;
  kv->put(sink->host.ctx, cj_text("last"), cj_text("1"), CJ_KV_ANY, &revision);
  kv->get(sink->host.ctx, cj_text("last"), &value, &revision);
  if (*(volatile const char *)value.data == '2') return;
  cj_release(&value);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
