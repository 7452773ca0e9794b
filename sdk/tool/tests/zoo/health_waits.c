/* Its health waits for the call that runs. */
#include "zoo.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void bad_invoke(void *self, const cj_call *call, const cj_request *request,
                       cj_result *result) {
  pthread_mutex_lock(&mutex);
  good_invoke(self, call, request, result);
  pthread_mutex_unlock(&mutex);
}
static void bad_health(void *self, cj_result *result) {
  pthread_mutex_lock(&mutex);
  good_health(self, result);
  pthread_mutex_unlock(&mutex);
}
const zoo_pieces zoo = {.invoke = bad_invoke, .health = bad_health};
