/* Its health is a sentence. */
#include "zoo.h"

static void bad_health(void *self, cj_result *result) {
  (void)self;
  result->head.data = "{\"state\":\"I am fine\"}";
  result->head.size = strlen(result->head.data);
}
const zoo_pieces zoo = {.health = bad_health};
