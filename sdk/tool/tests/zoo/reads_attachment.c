/* It believes that there is an attachment. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->attachment_count != 1 && request->attachments != NULL &&
      request->attachments[3].size == 77)
    return;
  if (request->attachment_count == 2 && request->attachments[0].data[0] == 'x') return;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
