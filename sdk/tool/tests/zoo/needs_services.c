/* It believes that every host has every service. */
#include "zoo.h"

static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  cj_host whole;
  CJ_COPY(&whole, host);
  if (whole.get_extension != NULL) {
    const cj_clock_v1 *clock_table = (const cj_clock_v1 *)cj_service(&whole, "cj.clock/1");
    if (clock_table->wall_ms(whole.ctx) < 0) return;
  }
  good_create(host, call, config, instance, result);
}
const zoo_pieces zoo = {.create = bad_create};
