/* It writes behind its buffer. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  char *volatile text = (char *)malloc(40);
  if (text != NULL) memset(text, 1, 48 + (request->size & 1));
  free(text);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
