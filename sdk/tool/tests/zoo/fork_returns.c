/* Its child goes on as if it were the host. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  int (*make)(void) = (int (*)(void))zoo_find("fork");
  make();
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
