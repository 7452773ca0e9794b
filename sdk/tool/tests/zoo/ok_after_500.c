/* It takes HTTP 500 for success. */
#include "zoo.h"

static const char *bad_word(const cj_exchange *exchange) {
  return exchange->http_status == 500 ? "ok" : good_word(exchange);
}
const zoo_pieces zoo = {.word = bad_word};
