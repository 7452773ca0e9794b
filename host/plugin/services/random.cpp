#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr cj_random_v1 kTable = {
    {sizeof(cj_random_v1), 1, 0}, [](void* ctx, void* out, std::uint64_t size) {
      serve_void(ctx, [&](ServiceContext& context) {
        context.sources.random->fill({static_cast<std::byte*>(out), size});
      });
    }};

}  // namespace

const cj_ext_header* random_service(const ServiceContext&) { return &kTable.header; }

}  // namespace conserje
