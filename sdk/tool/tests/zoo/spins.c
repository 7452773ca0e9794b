/* Its thread asks the clock all the time. */
#include "zoo.h"

static void *talker(void *given) {
  zoo_sink *self = (zoo_sink *)given;
  while (__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE) == 0) {
    continue;
  }
  return NULL;
}
static void bad_start(void *given, const cj_call *call, cj_result *result) {
  zoo_sink *self = (zoo_sink *)given;
  self->has_thread = pthread_create(&self->thread, NULL, talker, self) == 0;
  good_start(self, call, result);
}
static void stop(zoo_sink *self) {
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
  if (self->has_thread) pthread_join(self->thread, NULL);
  self->has_thread = 0;
}
static void bad_drain(void *self, const cj_call *call, cj_result *result) {
  stop((zoo_sink *)self);
  good_drain(self, call, result);
}
const zoo_pieces zoo = {.start = bad_start, .drain = bad_drain};
