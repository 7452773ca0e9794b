/* It writes behind its buffer. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  char *volatile text = (char *)malloc(40);
  for (int i = 0; text != NULL && i < 48; ++i) text[i] = 1;
  free(text);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
