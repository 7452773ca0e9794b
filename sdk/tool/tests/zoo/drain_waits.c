/* Its drain has no eye on its deadline. */
#include "zoo.h"

static void bad_drain(void *self, const cj_call *call, cj_result *result) {
  const zoo_sink *sink = (const zoo_sink *)self;
  const cj_clock_v1 *time_table = (const cj_clock_v1 *)cj_service(&sink->host, "cj.clock/1");
  const uint64_t now = time_table == NULL ? 0 : time_table->monotonic_ns(sink->host.ctx);
  if (call->deadline_ns < now + 3000000000) zoo_sleep_ms(4000);
  good_drain(self, call, result);
}
const zoo_pieces zoo = {.drain = bad_drain};
