/* Its cj_entry knows no ABI. */
#include "zoo.h"

static const cj_plugin *bad_entry(uint32_t abi) {
  (void)abi;
  return NULL;
}
const zoo_pieces zoo = {.entry = bad_entry};
