#include "conserje/json.hpp"
#include "pipeline/utf8.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr std::size_t kKeyBytes = 256;          // cj.h, cj.kv/1
constexpr std::size_t kValueBytes = 64 * 1024;  // cj.h, cj.kv/1
constexpr std::uint32_t kInvalid = CJ_STATUS(CJ_CLASS_PERMANENT, 0);

bool is_text(std::string_view text) {
  return valid_utf8_prefix(text) == text.size() && text.find('\0') == std::string_view::npos;
}

std::uint32_t status_of(const Error& error) {
  return error.vendor_code == "too_large" ? CJ_TOO_LARGE : to_status(error.error_class);
}

/// Runs body(storage, key) with a key that may be one. The storage waits for the disk.
template <class F>
std::uint32_t with_key(void* ctx, cj_str key, F&& body) {
  return serve_status(ctx, [&](ServiceContext& context) -> std::uint32_t {
    if (context.client->in_inline_call()) {
      context.misuse("cj.kv in an inline method");
      return kMisused;
    }
    const auto text = context.text(key);
    if (!text) return kMisused;
    if (text->size() > kKeyBytes) return CJ_TOO_LARGE;
    if (!is_text(*text)) return kInvalid;
    return body(context, std::string(*text));
  });
}

std::optional<std::uint64_t> expectation(std::uint64_t expected) {
  return expected == CJ_KV_ANY ? std::nullopt : std::optional(expected);
}

constexpr cj_kv_v1 kTable = {
    {sizeof(cj_kv_v1), 1, 0},
    [](void* ctx, cj_str key, cj_buf* value, std::uint64_t* revision) {
      return with_key(ctx, key, [&](ServiceContext& context, const std::string& name) {
        auto stored = context.sources.storage->get(context.plugin, name);
        if (!stored) return status_of(stored.error());
        if (!*stored) return CJ_NOT_FOUND;
        *value = to_buffer(std::move((*stored)->value));
        *revision = (*stored)->revision;
        return CJ_OK;
      });
    },
    [](void* ctx, cj_str key, cj_str value, std::uint64_t expected, std::uint64_t* revision) {
      return with_key(ctx, key, [&](ServiceContext& context, const std::string& name) {
        const auto bytes = context.text(value);
        if (!bytes) return kMisused;
        if (name.empty()) return kInvalid;
        if (bytes->size() > kValueBytes) return CJ_TOO_LARGE;
        const auto stored =
            context.sources.storage->put(context.plugin, name, std::string(*bytes),
                                         expectation(expected), context.permissions.kv_quota_bytes);
        if (!stored) return status_of(stored.error());
        if (!*stored) return CJ_CONFLICT;
        *revision = **stored;
        return CJ_OK;
      });
    },
    [](void* ctx, cj_str key, std::uint64_t expected) {
      return with_key(ctx, key, [&](ServiceContext& context, const std::string& name) {
        auto& storage = *context.sources.storage;
        const auto removed = storage.remove(context.plugin, name, expectation(expected));
        if (!removed) return status_of(removed.error());
        if (*removed) return CJ_OK;
        if (expected == CJ_KV_ANY) return CJ_NOT_FOUND;
        const auto stands = storage.get(context.plugin, name);
        if (!stands) return status_of(stands.error());
        return *stands ? CJ_CONFLICT : CJ_NOT_FOUND;
      });
    },
    [](void* ctx, cj_str prefix, cj_buf* keys) {
      return with_key(ctx, prefix, [&](ServiceContext& context, const std::string& text) {
        const auto found = context.sources.storage->list(context.plugin, text);
        if (!found) return status_of(found.error());
        *keys = to_buffer(encode(*found));
        return CJ_OK;
      });
    }};

}  // namespace

const cj_ext_header* kv_service(const ServiceContext& context) {
  return context.sources.storage != nullptr && context.permissions.kv_quota_bytes > 0
             ? &kTable.header
             : nullptr;
}

}  // namespace conserje
