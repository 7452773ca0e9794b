/* It believes that a configuration is one. */
#include "zoo.h"

static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  const char *url = strstr(config.data, "\"url\"");
  if (url[5] != ':') return;
  good_create(host, call, config, instance, result);
}
const zoo_pieces zoo = {.create = bad_create};
