/* It frees its reply, and its receiver does so again. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->head.owner == NULL) return;
  result->message = result->head;
}
const zoo_pieces zoo = {.invoke = bad_invoke};
