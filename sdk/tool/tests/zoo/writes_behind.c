/* It takes the result for larger than it is. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  memset((char *)result + result->size, 0, 16);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
