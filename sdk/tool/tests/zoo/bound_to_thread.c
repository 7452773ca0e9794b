/* It works on the thread that called it first. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  if (sink->calls++ == 0) sink->thread = pthread_self();
  if (!pthread_equal(sink->thread, pthread_self())) {
    cj_fail(result, CJ_STATUS(CJ_CLASS_BUG, 0), "another thread");
    return;
  }
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
