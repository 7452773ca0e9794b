/* create starts a thread. */
#include "zoo.h"

static void *sleeper(void *nothing) {
  zoo_sleep_ms(300);
  return nothing;
}
static void bad_create(const cj_host *host, const cj_call *call, cj_str config,
                       const cj_instance **instance, cj_result *result) {
  pthread_t thread;
  pthread_create(&thread, NULL, sleeper, NULL);
  pthread_detach(thread);
  good_create(host, call, config, instance, result);
}
const zoo_pieces zoo = {.create = bad_create};
