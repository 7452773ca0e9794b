/* It asks a host that its manifest does not name. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  cj_exchange exchange =
      cj_http(&sink->host, call, "POST", "https://elsewhere.example/", NULL, cj_text("{}"));
  cj_http_end(&exchange);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
