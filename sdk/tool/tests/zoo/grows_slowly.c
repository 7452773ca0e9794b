/* It remembers every tenth call. */
#include "zoo.h"

static char *volatile kept;

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  if (++sink->calls % 1000 == 0) kept = (char *)malloc(32000);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
