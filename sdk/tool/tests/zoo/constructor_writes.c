/* A constructor says hello. */
#include "zoo.h"

__attribute__((constructor)) static void begin(void) { puts("hello"); }
const zoo_pieces zoo = {.entry = good_entry};
