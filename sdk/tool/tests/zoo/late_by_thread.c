/* A thread of a call goes on after drain. */
#include "zoo.h"

static void *late(void *given) {
  zoo_sleep_ms(20);
  zoo_log((const zoo_sink *)given, "done");
  return NULL;
}
static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  zoo_sink *sink = (zoo_sink *)self;
  if (__atomic_add_fetch(&sink->calls, 1, __ATOMIC_SEQ_CST) == 40)
    sink->has_thread = pthread_create(&sink->thread, NULL, late, sink) == 0;
  good_invoke(self, call, request, result);
}
static void bad_drain(void *self, const cj_call *call, cj_result *result) {
  good_drain(self, call, result);
}
static void bad_destroy(void *self) {
  zoo_sink *sink = (zoo_sink *)self;
  if (sink->has_thread) pthread_join(sink->thread, NULL);
  if (__atomic_load_n(&sink->calls, __ATOMIC_SEQ_CST) >= 40) zoo_log(sink, "gone");
  good_destroy(self);
}
const zoo_pieces zoo = {.invoke = bad_invoke, .drain = bad_drain, .destroy = bad_destroy};
