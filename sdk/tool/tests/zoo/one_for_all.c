/* Its instances share what the last of them frees. */
#include "zoo.h"

static char *shared;
static void bad_start(void *self, const cj_call *call, cj_result *result) {
  if (shared == NULL) shared = (char *)calloc(1, 64);
  ((zoo_sink *)self)->has_thread = 1;
  good_start(self, call, result);
}
static void bad_drain(void *self, const cj_call *call, cj_result *result) {
  free(shared);
  shared = NULL;
  good_drain(self, call, result);
}
static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  if (((zoo_sink *)self)->has_thread) shared[0] = 1;
  good_invoke(self, call, request, result);
}
const zoo_pieces zoo = {.start = bad_start, .drain = bad_drain, .invoke = bad_invoke};
