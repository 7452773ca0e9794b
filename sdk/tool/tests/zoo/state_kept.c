/* Nothing is wrong with it: it hands over how often it was asked. */
#include "zoo.h"

static void state_invoke(void *given, const cj_call *call, const cj_request *request,
                         cj_result *result) {
  zoo_sink *self = (zoo_sink *)given;
  cj_out head = {0}, state = {0};
  if (request->method == CJ_CORE_EXPORT_STATE) {
    cj_put(&head, "{\"format\":\"zoo/1\"}");
    cj_put_number(&state, self->calls);
    cj_answer_with(result, &head, &state);
  } else if (request->method == CJ_CORE_IMPORT_STATE) {
    if (!cj_is(cj_json_member(request->head, "format"), "\"zoo/1\"") ||
        request->attachment_count != 1)
      cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "no state of ours");
    else
      for (uint64_t i = 0; i < request->attachments[0].size; ++i)
        self->calls = self->calls * 10 + (unsigned)(request->attachments[0].data[i] - '0');
  } else {
    __atomic_add_fetch(&self->calls, 1, __ATOMIC_RELAXED);
    good_invoke(given, call, request, result);
  }
}
const zoo_pieces zoo = {.invoke = state_invoke};
