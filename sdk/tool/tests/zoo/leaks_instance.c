/* Each instance leaves a little behind. */
#include "zoo.h"

static char *volatile kept;

static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  char *lost = (char *)malloc(100);
  if (lost != NULL) lost[0] = (char)(config.size & 1);
  good_create(host, call, config, instance, result);
  kept = lost;
}
const zoo_pieces zoo = {.create = bad_create};
