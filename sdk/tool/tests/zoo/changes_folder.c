/* It goes elsewhere. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  int (*go)(const char *) = (int (*)(const char *))zoo_find("chdir");
  if (go("/tmp") != 0) return;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
