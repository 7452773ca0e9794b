/* It gives up when it should wait. */
#include "zoo.h"

static const char *bad_word(const cj_exchange *exchange) {
  return exchange->http_status == 429 ? "permanent" : good_word(exchange);
}
const zoo_pieces zoo = {.word = bad_word};
