/* It needs a function that nobody has. */
#include "zoo.h"

int nobody_has_this(int number);
static void bad_cancel(void *self, uint64_t call_id) {
  (void)self;
  nobody_has_this((int)call_id);
}
const zoo_pieces zoo = {.cancel = bad_cancel};
