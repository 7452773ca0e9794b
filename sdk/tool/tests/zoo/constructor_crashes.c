/* A constructor crashes. */
#include <signal.h>

#include "zoo.h"

__attribute__((constructor)) static void begin(void) { raise(SIGSEGV); }
const zoo_pieces zoo = {.entry = good_entry};
