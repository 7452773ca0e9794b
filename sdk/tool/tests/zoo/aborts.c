/* It gives up. */
#include <signal.h>

#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->method == ZOO_DELIVER) raise(SIGABRT);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
