/* It writes to nowhere. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  *(volatile int *)(uintptr_t)(request->method & 8) = 1;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
