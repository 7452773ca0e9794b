/* It calls a bug what is a bad request. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status == CJ_STATUS(CJ_CLASS_PERMANENT, 0))
    result->status = CJ_STATUS(CJ_CLASS_BUG, 0);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
