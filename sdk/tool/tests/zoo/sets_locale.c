/* It sets the locale. */
#include <locale.h>

#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  char *(*set)(int, const char *) = (char *(*)(int, const char *))zoo_find("setlocale");
  set(LC_ALL, "C.UTF-8");
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
