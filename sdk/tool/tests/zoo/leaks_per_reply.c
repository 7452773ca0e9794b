/* Each call leaves a little behind. */
#include "zoo.h"

static char *volatile kept;

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  kept = (char *)malloc(64);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
