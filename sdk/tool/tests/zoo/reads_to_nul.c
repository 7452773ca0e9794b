/* It takes a head for a C string. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->head.size > 0 && strlen(request->head.data) > 1000000000) return;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
