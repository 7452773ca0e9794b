/* Its reply is a sentence. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  cj_release(&result->head);
  result->head.data = "delivered";
  result->head.size = 9;
}
const zoo_pieces zoo = {.invoke = bad_invoke};
