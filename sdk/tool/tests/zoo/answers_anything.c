/* It answers methods that it does not have. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (request->method != ZOO_DELIVER) {
    cj_release_result(result);
    result->size = sizeof *result;
  }
}
const zoo_pieces zoo = {.invoke = bad_invoke};
