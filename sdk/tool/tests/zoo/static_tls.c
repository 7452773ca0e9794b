/* Its thread-local storage is of the sort that a process has little of. */
#include "zoo.h"

static __thread int count __attribute__((tls_model("initial-exec")));
static void bad_cancel(void *self, uint64_t call_id) {
  (void)self;
  count += (int)call_id;
}
const zoo_pieces zoo = {.cancel = bad_cancel};
