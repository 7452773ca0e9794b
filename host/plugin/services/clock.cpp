#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr cj_clock_v1 kTable = {
    {sizeof(cj_clock_v1), 1, 0},
    [](void* ctx) {
      return serve<std::int64_t>(ctx, 0, 0, [](ServiceContext& context) {
        return context.sources.clock->now().time_since_epoch().count();
      });
    },
    [](void* ctx) {
      return serve<std::uint64_t>(ctx, 0, 0, [](ServiceContext& context) {
        return static_cast<std::uint64_t>(
            std::chrono::nanoseconds(context.sources.clock->monotonic().time_since_epoch())
                .count());
      });
    }};

}  // namespace

const cj_ext_header* clock_service(const ServiceContext&) { return &kTable.header; }

}  // namespace conserje
