/* It logs what the guest said. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  cj_out text = {0};
  cj_put_raw(&text, request->head);
  if (text.data != NULL) zoo_log((const zoo_sink *)self, text.data);
  cj_out_free(&text);
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
