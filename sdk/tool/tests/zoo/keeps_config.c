/* It keeps the configuration where it was lent. */
#include "zoo.h"

static cj_str kept;
static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  good_create(host, call, config, instance, result);
  kept = config;
}
static void bad_start(void *self, const cj_call *call, cj_result *result) {
  if (kept.size == 0 || *(volatile const char *)kept.data != '{') return;
  good_start(self, call, result);
}
const zoo_pieces zoo = {.create = bad_create, .start = bad_start};
