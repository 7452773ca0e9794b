/* Its reply lies where the next one is written. */
#include "zoo.h"

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  good_invoke(self, call, request, result);
  if (result->status != CJ_OK || result->head.size == 0) return;
  static char place[4096];
  static char turn;
  cj_out reply = {0};
  turn = turn == 'a' ? 'b' : 'a';
  cj_put_bytes(&reply, result->head.data, (size_t)result->head.size - 1);
  cj_put(&reply, ",\"turn\":\"");
  cj_put_bytes(&reply, &turn, 1);
  cj_put(&reply, "\"}");
  if (!reply.failed && reply.size < sizeof place) {
    memcpy(place, reply.data, reply.size);
    cj_release(&result->head);
    result->head.data = place;
    result->head.size = reply.size;
  }
  cj_out_free(&reply);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
