/* It does not do what its manifest says. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  (void)self;
  (void)call;
  (void)request;
  cj_fail(result, CJ_UNSUPPORTED, "not yet");
}
const zoo_pieces zoo = {.invoke = bad_invoke};
