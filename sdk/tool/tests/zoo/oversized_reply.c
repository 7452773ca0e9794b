/* Its reply has 17 MiB. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  const size_t size = (size_t)17 << 20;
  cj_release(&result->head);
  cj_out reply = {(char *)calloc(1, size), size, size, 0};
  if (reply.data != NULL) cj_give(&result->head, &reply);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
