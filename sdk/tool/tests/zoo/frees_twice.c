/* It frees twice. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  char *volatile text = (char *)malloc(40);
  free(text);
  free(text);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
