/* It takes a signal. */
#include <signal.h>

#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  void (*take)(int, void (*)(int)) = (void (*)(int, void (*)(int)))zoo_find("signal");
  take(SIGPIPE, SIG_DFL);
  take(SIGUSR2, SIG_IGN);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
