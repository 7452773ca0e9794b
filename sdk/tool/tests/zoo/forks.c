/* It makes a process. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  int (*make)(void) = (int (*)(void))zoo_find("fork");
  if (make() == 0) zoo_sleep_ms(60000);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
