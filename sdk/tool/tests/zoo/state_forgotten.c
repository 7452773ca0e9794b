/* It says that it has taken over the state, and has not. */
#include "state.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->method == CJ_CORE_EXPORT_STATE)
    export_calls((zoo_sink *)self, result);
  else if (request->method != CJ_CORE_IMPORT_STATE)
    count_call((zoo_sink *)self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
