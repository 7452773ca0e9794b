#include "guard/system_random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace conserje {

void SystemRandom::fill(std::span<std::byte> out) {
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  if (RAND_bytes(bytes, static_cast<int>(out.size())) != 1)
    std::abort();  // No secret may be guessable.
}

}  // namespace conserje
