/* It throws. */
#include <stdexcept>

#include "zoo.h"

static void bad_invoke(void *, const cj_call *, const cj_request *, cj_result *) {
  throw std::runtime_error("on purpose");
}
const zoo_pieces zoo = {nullptr, nullptr, nullptr, nullptr, bad_invoke,
                        nullptr, nullptr, nullptr, nullptr, nullptr};
