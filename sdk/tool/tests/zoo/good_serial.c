/* Nothing is wrong with it, one call at a time. */
#include "zoo.h"

const zoo_pieces zoo = {.entry = good_entry};
