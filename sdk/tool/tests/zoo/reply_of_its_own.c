/* Its reply is not what the schema says. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  cj_release(&result->head);
  result->head.data = "{\"delivered\":true}";
  result->head.size = 18;
}
const zoo_pieces zoo = {.invoke = bad_invoke};
