/* It tries until the vendor answers. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  for (uint32_t status = CJ_STATUS(CJ_CLASS_RETRY, 0);
       status != CJ_OK && request->method == ZOO_DELIVER;) {
    cj_exchange exchange = cj_http(&sink->host, call, "POST", sink->url.data, NULL, cj_text("{}"));
    status = exchange.status;
    cj_http_end(&exchange);
  }
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
