/* It takes over whatever it is given, also what is not its own. */
#include "state.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->method == CJ_CORE_EXPORT_STATE)
    export_calls((zoo_sink *)self, result);
  else if (request->method == CJ_CORE_IMPORT_STATE)
    import_calls((zoo_sink *)self, request);
  else
    count_call((zoo_sink *)self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
