/* It declares several calls at once and bears one. */
#include <signal.h>

#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  static int inside;
  if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) > 1) raise(SIGABRT);
  if (request->method == ZOO_DELIVER) zoo_sleep_ms(1);
  __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
