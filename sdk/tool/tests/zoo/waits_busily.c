/* It waits with all its might. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  const cj_clock_v1 *time_table = (const cj_clock_v1 *)cj_service(&sink->host, "cj.clock/1");
  cj_exchange exchange = cj_http(&sink->host, call, "POST", sink->url.data, NULL, cj_text("{}"));
  if (CJ_STATUS_CLASS(exchange.status) == CJ_CLASS_DEADLINE) {
    const uint64_t until = time_table->monotonic_ns(sink->host.ctx) + 2000000000;
    while (time_table->monotonic_ns(sink->host.ctx) < until) continue;
  }
  cj_http_end(&exchange);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
