/* It waits for the deadline, cancelled or not. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  cj_exchange exchange = cj_http(&sink->host, call, "POST", sink->url.data, NULL, cj_text("{}"));
  if (CJ_STATUS_CLASS(exchange.status) == CJ_CLASS_CANCELLED) zoo_sleep_ms(2500);
  cj_http_end(&exchange);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
