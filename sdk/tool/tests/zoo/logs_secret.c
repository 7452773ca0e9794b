/* It logs its token. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  cj_out token = {0};
  if (cj_secret(&sink->host, sink->token.data, &token)) zoo_log(sink, token.data);
  cj_out_free(&token);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
