/* A constructor takes a signal. */
#include <signal.h>

#include "zoo.h"

__attribute__((constructor)) static void begin(void) {
  void (*take)(int, void (*)(int)) = (void (*)(int, void (*)(int)))zoo_find("signal");
  take(SIGUSR1, SIG_IGN);
}
const zoo_pieces zoo = {.entry = good_entry};
