/* It goes as deep as its input. */
#include "zoo.h"

static long depth(const char *at, const char *end) {
  char frame[8192];
  memset(frame, (int)(end - at), sizeof frame);
  if (at < end && (*at == '[' || *at == '{')) return 1 + depth(at + 1, end) + (frame[7] & 0);
  return frame[8] & 0;
}

static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (request->head.size > 0 &&
      depth(request->head.data, request->head.data + request->head.size) < 0)
    return;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.invoke = bad_invoke};
