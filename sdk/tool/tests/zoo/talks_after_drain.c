/* Its thread ends in destroy instead of drain. */
#include "zoo.h"

static void *talker(void *given) {
  zoo_sink *self = (zoo_sink *)given;
  while (__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE) == 0) {
    zoo_log(self, "still here");
    zoo_sleep_ms(2);
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
static void bad_destroy(void *self) {
  stop((zoo_sink *)self);
  good_destroy(self);
}
const zoo_pieces zoo = {.start = bad_start, .destroy = bad_destroy};
