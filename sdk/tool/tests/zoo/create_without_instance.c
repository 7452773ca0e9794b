/* It says ok and makes no instance. */
#include "zoo.h"

static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  good_create(host, call, config, instance, result);
  if (*instance != NULL) good_destroy((*instance)->self);
  *instance = NULL;
}
const zoo_pieces zoo = {.create = bad_create};
