// X-Forwarded-For, from anybody: the source is an address, and no trusted proxy's word reaches past
// an entry that is not trusted.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "http/source.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string headers(reinterpret_cast<const char*>(data), size);
  const std::vector<Network> trusted{*parse_network("10.0.0.0/8"), *parse_network("::1")};

  require(source_of("203.0.113.9", headers, trusted) == "203.0.113.9");
  require(parse_address(source_of("10.0.0.1", headers, trusted)).has_value());
  require(source_of("10.0.0.1", headers + "\r\nX-Forwarded-For: 198.51.100.1\r\n", trusted) ==
          "198.51.100.1");
  return 0;
}
