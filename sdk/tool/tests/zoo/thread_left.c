/* Its thread outlives it. */
#include "zoo.h"

static void *sleeper(void *nothing) {
  zoo_sleep_ms(60000);
  return nothing;
}
static void bad_start(void *self, const cj_call *call, cj_result *result) {
  pthread_t thread;
  pthread_create(&thread, NULL, sleeper, NULL);
  pthread_detach(thread);
  good_start(self, call, result);
}
const zoo_pieces zoo = {.start = bad_start};
