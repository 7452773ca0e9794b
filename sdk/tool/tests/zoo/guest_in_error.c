/* Its errors say what the guest said. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  const cj_str severity = cj_json_is(request->head, '{') ? request->head : cj_text("");
  good_invoke(self, call, request, result);
  if (result->status == CJ_OK || severity.size == 0) return;
  cj_out text = {0};
  cj_put_raw(&text, severity);
  cj_give(&result->message, &text);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
