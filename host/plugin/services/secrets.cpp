#include "pipeline/secrets.hpp"

#include "plugin/services/context.hpp"

namespace conserje {
namespace {

/// A buffer whose text is wiped when it is released.
cj_buf to_secret_buffer(std::string_view secret) {
  auto* owner = new std::string(secret);
  return {owner->data(), owner->size(), owner, [](void* p) {
            auto* text = static_cast<std::string*>(p);
            wipe(*text);
            delete text;
          }};
}

constexpr cj_secrets_v1 kTable = {
    {sizeof(cj_secrets_v1), 1, 0}, [](void* ctx, cj_str handle, cj_buf* value) {
      return serve_status(ctx, [&](ServiceContext& context) -> std::uint32_t {
        const auto name = context.text(handle);
        if (!name) return kMisused;
        const auto secret = context.sources.secrets(context.plugin, *name);
        if (!secret) return CJ_NOT_FOUND;
        *value = to_secret_buffer(*secret);
        return CJ_OK;
      });
    }};

}  // namespace

const cj_ext_header* secrets_service(const ServiceContext& context) {
  return context.sources.secrets ? &kTable.header : nullptr;
}

}  // namespace conserje
