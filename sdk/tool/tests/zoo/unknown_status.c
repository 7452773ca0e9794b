/* It knows the statuses that it has met. */
#include <signal.h>

#include "zoo.h"

static const char *bad_word(const cj_exchange *exchange) {
  if (exchange->http_status > 599) raise(SIGABRT);
  return good_word(exchange);
}
const zoo_pieces zoo = {.word = bad_word};
