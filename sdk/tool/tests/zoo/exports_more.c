/* Its version script is missing. */
#include "zoo.h"

__attribute__((visibility("default"))) int another_symbol(void) { return 1; }
const zoo_pieces zoo = {.entry = good_entry};
