/* Its cancel waits. */
#include "zoo.h"

static void bad_cancel(void *self, uint64_t call_id) {
  (void)self;
  (void)call_id;
  zoo_sleep_ms(700);
}
const zoo_pieces zoo = {.cancel = bad_cancel};
