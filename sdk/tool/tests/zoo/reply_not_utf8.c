/* Its message is Latin-1. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  result->message.data = "habitaci\xf3n";
  result->message.size = 10;
}
const zoo_pieces zoo = {.invoke = bad_invoke};
