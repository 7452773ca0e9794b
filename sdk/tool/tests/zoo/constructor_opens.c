/* A constructor opens a pipe. */
#include "zoo.h"

__attribute__((constructor)) static void begin(void) {
  int ends[2];
  if (pipe(ends) != 0) return;
}
const zoo_pieces zoo = {.entry = good_entry};
