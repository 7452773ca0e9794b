/* It believes that its token is there. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  cj_out token = {0};
  cj_secret(&sink->host, sink->token.data, &token);
  if (*(volatile char *)token.data == '?') return;
  cj_out_free(&token);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
