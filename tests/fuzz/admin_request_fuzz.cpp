// The parts of a request that the admin API reads itself, from anybody.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "admin/request.hpp"
#include "admin/tokens.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace conserje;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  if (const auto decoded = percent_decoded(bytes)) require(decoded->size() <= size);
  if (const auto query = read_query(bytes)) require(query->size() <= kMostParameters);
  if (const auto values = match_path("/plugins/{name}/reload", bytes)) require(values->size() == 1);
  if (const auto token = bearer_token(bytes)) require(!token->empty());
  if (const auto parts = read_token(bytes))
    require(parts->id.size() + parts->secret.size() + 4 == size);
  accepts(bytes, "application/json");
  is_media_type(bytes, "application/json");
  return 0;
}
