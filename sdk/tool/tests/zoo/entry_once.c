/* Its cj_entry answers once. */
#include "zoo.h"

static const cj_plugin *bad_entry(uint32_t abi) {
  static int entered;
  return entered++ == 0 ? good_entry(abi) : NULL;
}
const zoo_pieces zoo = {.entry = bad_entry};
