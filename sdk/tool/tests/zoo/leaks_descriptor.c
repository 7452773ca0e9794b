/* Each start opens a pipe that nobody closes. */
#include "zoo.h"

static void bad_start(void *self, const cj_call *call, cj_result *result) {
  int ends[2];
  if (pipe(ends) != 0) return;
  good_start(self, call, result);
}
const zoo_pieces zoo = {.start = bad_start};
