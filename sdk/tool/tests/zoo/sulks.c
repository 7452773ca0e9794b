/* It does not forgive a failure. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  if (sink->calls > 0) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_RETRY, 0), "not with you");
    return;
  }
  cj_exchange exchange = cj_http(&sink->host, call, "POST", sink->url.data, NULL, cj_text("{}"));
  if (exchange.http_status == 503) sink->calls = 1;
  cj_http_end(&exchange);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
