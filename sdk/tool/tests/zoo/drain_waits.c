/* Its drain takes its time. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  ((zoo_sink *)self)->calls = 1;
  good_invoke(self, call, request, result);
}
static void bad_drain(void *self, const cj_call *call, cj_result *result) {
  const uint64_t now_ms = call->deadline_ns / 1000000;
  if (((zoo_sink *)self)->calls > 0 && now_ms > 0) zoo_sleep_ms(1800);
  good_drain(self, call, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke, .drain = bad_drain};
