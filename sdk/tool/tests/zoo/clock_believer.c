/* It believes that time goes forward. */
#include <signal.h>

#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  static int64_t last;
  zoo_sink *sink = (zoo_sink *)self;
  const cj_clock_v1 *time_table = (const cj_clock_v1 *)cj_service(&sink->host, "cj.clock/1");
  const int64_t now = time_table->wall_ms(sink->host.ctx);
  if (now < last - 60000) raise(SIGABRT);
  last = now;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
