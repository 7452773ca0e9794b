/* A constructor starts a thread. */
#include "zoo.h"

static void *sleeper(void *nothing) {
  zoo_sleep_ms(60000);
  return nothing;
}
__attribute__((constructor)) static void begin(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, sleeper, NULL);
  pthread_detach(thread);
}
const zoo_pieces zoo = {.entry = good_entry};
