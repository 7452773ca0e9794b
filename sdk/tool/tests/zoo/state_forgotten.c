/* It says that it has taken over the state, and has not. */
#include "zoo.h"

static void bad_invoke(void *given, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *self = (zoo_sink *)given;
  cj_out head = {0}, state = {0};
  if (request->method == CJ_CORE_IMPORT_STATE) return;
  if (request->method == CJ_CORE_EXPORT_STATE) {
    cj_put(&head, "{\"format\":\"zoo/1\"}");
    cj_put_number(&state, self->calls);
    cj_answer_with(result, &head, &state);
    return;
  }
  __atomic_add_fetch(&self->calls, 1, __ATOMIC_RELAXED);
  good_invoke(given, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
