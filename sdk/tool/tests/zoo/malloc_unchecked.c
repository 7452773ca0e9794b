/* It believes that there is always memory. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  char *volatile note = (char *)malloc(100);
  note[0] = 'n';
  free(note);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
