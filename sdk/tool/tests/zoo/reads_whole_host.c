/* It takes a host for as large as its own header says. */
#include "zoo.h"

static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  cj_host whole;
  memcpy(&whole, host, sizeof whole);
  if (whole.get_extension != NULL) (void)whole.get_extension(whole.ctx, cj_text("cj.log/1"));
  good_create(host, call, config, instance, result);
}
const zoo_pieces zoo = {.create = bad_create};
