/* It believes that a reply is JSON. */
#include "zoo.h"

static const char *bad_word(const cj_exchange *exchange) {
  const char *brace = strchr(exchange->body.data == NULL ? "{" : exchange->body.data, '{');
  return *brace == '{' ? good_word(exchange) : "retry";
}
const zoo_pieces zoo = {.word = bad_word};
