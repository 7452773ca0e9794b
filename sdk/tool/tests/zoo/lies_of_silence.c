/* It says ok when nobody answered. */
#include "zoo.h"

static const char *bad_word(const cj_exchange *exchange) {
  return CJ_STATUS_CLASS(exchange->status) == CJ_CLASS_DEADLINE ? "ok" : good_word(exchange);
}
const zoo_pieces zoo = {.word = bad_word};
