/* It can make processes, whether it does or not. */
#include "zoo.h"

static void bad_cancel(void *self, uint64_t call_id) {
  (void)self;
  if (call_id == 4711 && fork() == 0) zoo_sleep_ms(1);
}
const zoo_pieces zoo = {.cancel = bad_cancel};
