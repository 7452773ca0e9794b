/* Nothing is wrong with it: it hands over how often it was asked. */
#include "state.h"

static void state_invoke(void *self, const cj_call *call, const cj_request *request,
                         cj_result *result) {
  if (request->method == CJ_CORE_EXPORT_STATE)
    export_calls((zoo_sink *)self, result);
  else if (request->method != CJ_CORE_IMPORT_STATE)
    count_call((zoo_sink *)self, call, request, result);
  else if (cj_is(cj_json_member(request->head, "format"), "\"zoo/1\""))
    import_calls((zoo_sink *)self, request);
  else
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "no state of ours");
}
const zoo_pieces zoo = {.invoke = state_invoke};
