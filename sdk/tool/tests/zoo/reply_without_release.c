/* Its buffer has an owner, and nobody can release it. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  result->head.release = NULL;
}
const zoo_pieces zoo = {.invoke = bad_invoke};
